//! Values of SQL Server as they travel, for the server of these tests.

use crate::tds::Sent;
use crate::tds::wide;
use ketrics_protocol::Cell;

/// A value of each type, and what tenant code is to read; the bytes are the examples of \[MS-TDS\],
/// and what FreeTDS reads alike.
pub fn everything() -> Vec<(Sent, Cell)> {
    let collation = [0x09, 0x04, 0xd0, 0x00, 0x34];
    let utf8 = [0x09, 0x04, 0x00, 0x24, 0x00];
    let text = |text: &str| Cell::Text(text.to_owned());
    let of = |kind: &[u8], value: &[u8], cell: Cell| {
        let (kind, value) = (kind.to_vec(), value.to_vec());
        (Sent { kind, value }, cell)
    };
    let collated = |head: &[u8], collation: &[u8]| [head, collation].concat();
    let pieces = |parts: &[&[u8]]| {
        let mut out = u64::MAX.wrapping_sub(1).to_le_bytes().to_vec();
        for part in parts {
            out.extend(u32::try_from(part.len()).unwrap().to_le_bytes());
            out.extend(*part);
        }
        out.extend([0; 4]);
        out
    };
    let pointed = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        [&[16], &[1; 24][..], &length, bytes].concat()
    };
    let long = "é😀".repeat(2000);
    let guid = [
        0x99, 0xbc, 0xee, 0xa0, 0x0b, 0x9c, 0xf8, 0x4e, 0xbb, 0x6d, 0x6b, 0xb9, 0xbd, 0x38, 0x0a,
        0x11,
    ];
    vec![
        of(&[0x30], &[255], Cell::Number(255.0)),
        of(&[0x32], &[1], Cell::Bool(true)),
        of(&[0x34], &[0, 0x80], Cell::Number(-32768.0)),
        of(&[0x38], &[0xff; 4], Cell::Number(-1.0)),
        of(
            &[0x7f],
            &i64::MIN.to_le_bytes(),
            text("-9223372036854775808"),
        ),
        of(&[0x26, 8], &[0], Cell::Null),
        of(
            &[0x26, 8],
            &[&[8], &9_007_199_254_740_991_i64.to_le_bytes()[..]].concat(),
            Cell::Number(9_007_199_254_740_991.0),
        ),
        of(&[0x26, 1], &[1, 200], Cell::Number(200.0)),
        of(&[0x68, 1], &[1, 0], Cell::Bool(false)),
        of(&[0x68, 1], &[0], Cell::Null),
        of(
            &[0x6d, 4],
            &[&[4], &0.1_f32.to_le_bytes()[..]].concat(),
            Cell::Number(0.1),
        ),
        of(&[0x3e], &1e300_f64.to_le_bytes(), Cell::Number(1e300)),
        of(&[0x6a, 5, 9, 2], &[5, 0, 0x39, 0x30, 0, 0], text("-123.45")),
        of(&[0x6c, 17, 38, 4], &[0], Cell::Null),
        of(
            &[0x3c],
            &[0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff],
            text("922337203685477.5807"),
        ),
        of(&[0x6e, 4], &[4, 0xc7, 0xcf, 0xff, 0xff], text("-1.2345")),
        of(
            &[0x28],
            &[3, 0x5b, 0x95, 0x0a],
            Cell::Date(-62_135_596_800_000.0 + 693_595.0 * 86_400_000.0),
        ),
        of(&[0x28], &[0], Cell::Null),
        of(
            &[0x29, 7],
            &[5, 0xff, 0xbf, 0x69, 0x2a, 0xc9],
            text("23:59:59.9999999"),
        ),
        of(&[0x29, 0], &[3, 0x3f, 0x0e, 0], text("01:00:47")),
        of(
            &[0x2a, 3],
            &[7, 0xc9, 0x8f, 0x05, 0x00, 0xda, 0xb9, 0x37],
            Cell::Date(253_402_214_764_489.0),
        ),
        of(
            &[0x2b, 0],
            &[8, 0, 0, 0, 0x3a, 0xf9, 0x0a, 0x4a, 0x01],
            Cell::Date(0.0),
        ),
        of(
            &[0x3d],
            &[0, 0, 0, 0, 0x2c, 1, 0, 0],
            Cell::Date(-2_208_988_799_000.0),
        ),
        of(
            &[0x6f, 4],
            &[4, 1, 0, 1, 0],
            Cell::Date(-2_208_988_800_000.0 + 86_460_000.0),
        ),
        of(
            &[0x24, 16],
            &[&[16], &guid[..]].concat(),
            text("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"),
        ),
        of(&[0xa5, 10, 0], &[2, 0, 0, 255], Cell::Bytes(vec![0, 255])),
        of(&[0xa5, 10, 0], &[0, 0], Cell::Bytes(Vec::new())),
        of(&[0xa5, 10, 0], &[0xff, 0xff], Cell::Null),
        of(
            &[0xa5, 0xff, 0xff],
            &pieces(&[&[1; 700], &[2; 3]]),
            Cell::Bytes([[1; 700].as_slice(), &[2; 3]].concat()),
        ),
        of(&[0xad, 2, 0], &[2, 0, 1, 2], Cell::Bytes(vec![1, 2])),
        of(
            &collated(&[0xa7, 10, 0], &collation),
            &[3, 0, b'a', 0xe9, 0x80],
            text("aé€"),
        ),
        of(
            &collated(&[0xa7, 10, 0], &utf8),
            &[2, 0, 0xc3, 0xa9],
            text("é"),
        ),
        of(
            &collated(&[0xaf, 2, 0], &collation),
            &[0xff, 0xff],
            Cell::Null,
        ),
        of(
            &collated(&[0xe7, 0x40, 0x1f], &collation),
            &[0, 0],
            text(""),
        ),
        of(
            &collated(&[0xef, 4, 0], &collation),
            &[4, 0, 0x3d, 0xd8, 0, 0xde],
            text("😀"),
        ),
        of(
            &collated(&[0xe7, 0xff, 0xff], &collation),
            &pieces(&[&wide(&long)]),
            text(&long),
        ),
        of(
            &collated(&[0xe7, 0xff, 0xff], &collation),
            &[0xff; 8],
            Cell::Null,
        ),
        of(&[0xf1, 0], &pieces(&[&wide("<a/>")]), text("<a/>")),
        of(
            &collated(&[0x23, 0xff, 0xff, 0xff, 0x7f], &collation),
            &pointed(&[0xe9]),
            text("é"),
        ),
        of(
            &collated(&[0x63, 0xff, 0xff, 0xff, 0x7f], &collation),
            &pointed(&wide("é")),
            text("é"),
        ),
        of(
            &[0x22, 0xff, 0xff, 0xff, 0x7f],
            &pointed(&[7]),
            Cell::Bytes(vec![7]),
        ),
        of(&[0x22, 0xff, 0xff, 0xff, 0x7f], &[0], Cell::Null),
        of(
            &[0x62, 0x49, 0x1f, 0, 0],
            &[6, 0, 0, 0, 0x38, 0, 42, 0, 0, 0],
            Cell::Number(42.0),
        ),
        of(
            &[0x62, 0x49, 0x1f, 0, 0],
            &[
                &[13, 0, 0, 0, 0xe7, 7],
                &collation[..],
                &[8, 0],
                &wide("éa")[..],
            ]
            .concat(),
            text("éa"),
        ),
        of(&[0x62, 0x49, 0x1f, 0, 0], &[0; 4], Cell::Null),
    ]
}
