//! Which bytes are which characters in `char`, `varchar` and `text`, by the column's collation.
//!
//! \[MS-TDS\] section 2.2.5.1.2, "Collation Rule Definition"; the numbers are those of Windows'
//! locales and of SQL Server's own older sort orders.

use encoding_rs::BIG5;
use encoding_rs::EUC_KR;
use encoding_rs::Encoding;
use encoding_rs::GBK;
use encoding_rs::SHIFT_JIS;
use encoding_rs::UTF_8;
use encoding_rs::WINDOWS_874;
use encoding_rs::WINDOWS_1250;
use encoding_rs::WINDOWS_1251;
use encoding_rs::WINDOWS_1252;
use encoding_rs::WINDOWS_1253;
use encoding_rs::WINDOWS_1254;
use encoding_rs::WINDOWS_1255;
use encoding_rs::WINDOWS_1256;
use encoding_rs::WINDOWS_1257;
use encoding_rs::WINDOWS_1258;

const IS_UTF_8: u32 = 1 << 26;
const LOCALE: u32 = 0xf_ffff;

/// The encoding that a collation names. The two code pages of MS-DOS among the oldest sort orders
/// are not told apart from Windows' own for western Europe.
pub(crate) fn encoding(info: u32, sort_order: u8) -> &'static Encoding {
    if info & IS_UTF_8 != 0 {
        return UTF_8;
    }
    match sort_order {
        0 => of_locale(info & LOCALE),
        80..=98 => WINDOWS_1250,
        104..=108 => WINDOWS_1251,
        112..=124 => WINDOWS_1253,
        128..=130 => WINDOWS_1254,
        136..=138 => WINDOWS_1255,
        144..=146 => WINDOWS_1256,
        152..=160 => WINDOWS_1257,
        192 | 193 | 200 => SHIFT_JIS,
        194 | 195 | 201 => EUC_KR,
        196 | 197 | 202 => BIG5,
        198 | 199 | 203 => GBK,
        204..=206 => WINDOWS_874,
        _ => WINDOWS_1252,
    }
}

fn of_locale(locale: u32) -> &'static Encoding {
    match locale & 0xffff {
        // Languages that are written in more scripts than one.
        0x0404 | 0x0c04 | 0x1404 => return BIG5,
        0x0c1a | 0x1c1a | 0x201a | 0x082c | 0x0843 => return WINDOWS_1251,
        0x042c | 0x0443 => return WINDOWS_1254,
        _ => {}
    }
    match locale & 0x3ff {
        0x01 | 0x20 | 0x29 | 0x80 | 0x8c => WINDOWS_1256,
        0x02 | 0x19 | 0x22 | 0x23 | 0x2f | 0x3f | 0x40 | 0x44 | 0x50 | 0x6d | 0x85 => WINDOWS_1251,
        0x04 => GBK,
        0x05 | 0x0e | 0x15 | 0x18 | 0x1a | 0x1b | 0x1c | 0x24 | 0x42 => WINDOWS_1250,
        0x08 => WINDOWS_1253,
        0x0d => WINDOWS_1255,
        0x11 => SHIFT_JIS,
        0x12 => EUC_KR,
        0x1e => WINDOWS_874,
        0x1f => WINDOWS_1254,
        0x25..=0x27 => WINDOWS_1257,
        0x2a => WINDOWS_1258,
        _ => WINDOWS_1252,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collations_name_their_encoding() {
        for (info, sort_order, encoding) in [
            // SQL_Latin1_General_CP1_CI_AS and Latin1_General_100_CI_AS_SC_UTF8.
            (0x00d0_0409, 52, WINDOWS_1252),
            (0x2400_0409, 0, UTF_8),
            (0x00d0_0419, 0, WINDOWS_1251),
            (0x00d0_0411, 0, SHIFT_JIS),
            (0x00d0_0404, 0, BIG5),
            (0x00d0_0804, 0, GBK),
            (0x00d0_0409, 106, WINDOWS_1251),
        ] {
            assert_eq!(super::encoding(info, sort_order), encoding, "{info:x}");
        }
    }
}
