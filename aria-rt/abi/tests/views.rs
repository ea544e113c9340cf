//! Array parameters in one word.

use aria_abi::codes::{Elem, FIRST_RECORD};
use aria_abi::layout::BriefViews;

fn of(views: &[(usize, u32)], mutable: usize) -> Option<(u16, bool, Vec<usize>)> {
    let brief = BriefViews::of(views, mutable);
    let parts = (
        brief.elem(),
        brief.is_first_written(),
        brief.positions().collect(),
    );
    (brief != BriefViews(0)).then_some(parts)
}

#[test]
fn views_in_brief() {
    for &elem in Elem::ALL {
        let (code, elem) = (elem as u16, elem as u32);
        assert_eq!(of(&[(0, elem)], 0), Some((code, false, vec![0])));
        let three = [(14, elem), (0, elem), (3, elem)];
        assert_eq!(of(&three, 1), Some((code, true, vec![14, 0, 3])));
    }
    let many = |count| {
        (0..count)
            .map(|i| (i, Elem::F32 as u32))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&many(14), 1).unwrap().2.len(), 14);
    assert_eq!(of(&many(15), 1), None);
    assert_eq!(of(&[(15, Elem::F64 as u32)], 0), None);
    assert_eq!(of(&[(0, Elem::F64 as u32), (1, Elem::F32 as u32)], 0), None);
    assert_eq!(of(&many(2), 2), None);
    assert_eq!(of(&[(0, FIRST_RECORD)], 0), None);
    assert_eq!(of(&[], 0), None);
}
