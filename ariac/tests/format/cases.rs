//! Texts at the edges.

use crate::properties::{checked, with_stack};
use ariac::fmt::{Kept, format};

#[test]
fn nothing_stays_nothing() {
    for text in ["", "\n", "\n\n  \n", "\t"] {
        assert_eq!(format(text).text, "");
    }
    assert_eq!(format("# c").text, "# c\n");
}

#[test]
fn what_is_nested_deeper_than_the_compiler_reads_stays() {
    with_stack(|| {
        for (open, close) in [("(", ")"), ("[", "]"), ("-", ""), ("f(", ")"), ("not ", "")] {
            let deep = format!("a  =  {}x{}", open.repeat(20_000), close.repeat(20_000));
            let formatted = format(&format!("{deep}\nb  =  1\n"));
            assert_eq!(formatted.text, format!("{deep}\nb = 1\n"));
            assert_eq!(formatted.kept, Kept::Damaged);
            let shallow = format!("x = {}y{}\n", open.repeat(200), close.repeat(200));
            checked("shallow", &shallow);
        }
    });
}

#[test]
fn time_grows_with_the_text_not_with_its_square() {
    // Groups within groups, none of which fits: each looks no further ahead than a line is long.
    let text = |n: usize| {
        let row = format!("f({})", "[aaaaaaaaa, (bbbbbbbbb + ccccccccc)], ".repeat(40));
        format!("fn f\n{}end\n", format!("  {row}\n").repeat(n))
    };
    let seconds = |n: usize| {
        let text = text(n);
        let start = std::time::Instant::now();
        checked("rows", &text);
        start.elapsed().as_secs_f64()
    };
    seconds(10);
    let (small, large) = (seconds(10), seconds(80));
    assert!(
        large < small * 8.0 * 4.0,
        "{small} s, eight times as much {large} s"
    );
}

#[test]
fn a_part_that_is_damaged_is_kept_with_its_blanks() {
    let formatted = format("fn f\n      x  =  f(1))\n      y  =  2\nend\n");
    assert_eq!(formatted.kept, Kept::Damaged);
    assert!(
        formatted.text.contains("\n      x  =  f(1))\n"),
        "{}",
        formatted.text
    );
}
