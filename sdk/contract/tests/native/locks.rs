//! The layout lock.

use weal_sdk::{
    abi::Type,
    layout::{FieldShape, LockError, StorageLayout, StoredField, check, path, write},
};

fn layout(version: u32, fields: &[(&str, Type)], retired: &[&str]) -> StorageLayout {
    let fields = fields.iter().map(|(name, kind)| StoredField {
        name: (*name).into(),
        shape: FieldShape::Item(kind.clone()),
    });
    let retired = retired.iter().map(|name| (*name).into()).collect();
    StorageLayout::new("Box", version, fields.collect(), retired, vec![])
}

#[test]
fn a_committed_version_never_changes() {
    let package = tempfile::tempdir().unwrap();
    let package = package.path();
    let first = layout(1, &[("a", Type::U8), ("b", Type::U8)], &[]);
    assert!(matches!(check(package, &first), Err(LockError::Missing { .. })));
    write(package, &first).unwrap();
    check(package, &first).unwrap();
    check(package, &layout(1, &[("b", Type::U8), ("a", Type::U8)], &[])).unwrap();

    let changed = layout(1, &[("a", Type::U16), ("c", Type::U8)], &[]);
    for outcome in [check(package, &changed), write(package, &changed)] {
        let Err(LockError::Changed { version: 1, changes, .. }) = outcome else {
            panic!("changed")
        };
        assert_eq!(changes, "field `a` differs, field `b` is gone, field `c` is new");
    }
    check(package, &first).unwrap();
}

#[test]
fn a_name_that_is_gone_must_be_retired() {
    let package = tempfile::tempdir().unwrap();
    let package = package.path();
    write(package, &layout(1, &[("a", Type::U8), ("b", Type::U8)], &[])).unwrap();
    let careless = layout(2, &[("a", Type::U8)], &[]);
    let outcome = write(package, &careless).unwrap_err();
    assert!(matches!(&outcome, LockError::NotRetired { field, version: 1 } if field == "b"));
    assert!(outcome.to_string().contains("retired(\"b\")"));
    assert!(!path(package, 2).exists());
    let careful = layout(2, &[("a", Type::U8)], &["b"]);
    write(package, &careful).unwrap();
    check(package, &careful).unwrap();
}

#[test]
fn a_broken_document_is_named() {
    let package = tempfile::tempdir().unwrap();
    let file = path(package.path(), 1);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "{").unwrap();
    let outcome = check(package.path(), &layout(1, &[], &[])).unwrap_err();
    assert!(matches!(outcome, LockError::Syntax { path, .. } if path == file));
}
