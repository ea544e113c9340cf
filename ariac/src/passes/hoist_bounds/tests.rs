use crate::passes::random_programs;

#[test]
fn random_programs_do_the_same_with_fewer_checks() {
    let (runs, unchecked) = random_programs::compare(1_500, super::run);
    assert!(runs > 5_000 && unchecked > 500);
}
