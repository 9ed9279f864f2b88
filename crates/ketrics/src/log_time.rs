//! Points in time as people write them: `2h` ago, a day, or a whole timestamp.

use chrono::DateTime;
use chrono::Days;
use chrono::NaiveDate;
use chrono::SecondsFormat;
use chrono::TimeDelta;
use chrono::Utc;

/// The point in time as RFC 3339.
///
/// # Errors
/// What is taken, for whoever wrote something else.
pub fn parse(text: &str) -> Result<String, String> {
    at(text, Utc::now())
        .map(|point| point.to_rfc3339_opts(SecondsFormat::Millis, true))
        .ok_or_else(|| {
            "it must be a time ago (30s, 15m, 2h, 3d), a day (2030-01-31) or a time \
             (2030-01-31T12:00:00Z)"
                .to_owned()
        })
}

fn at(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if let Ok(point) = DateTime::parse_from_rfc3339(text) {
        return Some(point.to_utc());
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Some(day.and_hms_opt(0, 0, 0)?.and_utc());
    }
    let unit = text.chars().next_back()?;
    let number = text.strip_suffix(unit)?;
    let number: u32 = number.parse().ok().filter(|_| !number.starts_with('+'))?;
    match unit {
        's' => now.checked_sub_signed(TimeDelta::seconds(number.into())),
        'm' => now.checked_sub_signed(TimeDelta::minutes(number.into())),
        'h' => now.checked_sub_signed(TimeDelta::hours(number.into())),
        'd' => now.checked_sub_days(Days::new(number.into())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::at;
    use super::parse;
    use chrono::DateTime;
    use chrono::Utc;

    #[test]
    fn a_time_is_ago_or_a_day_or_a_timestamp() {
        let now: DateTime<Utc> = "2030-03-01T12:00:00Z".parse().expect("a time");
        for (text, expected) in [
            ("30s", "2030-03-01T11:59:30Z"),
            ("15m", "2030-03-01T11:45:00Z"),
            ("2h", "2030-03-01T10:00:00Z"),
            ("1d", "2030-02-28T12:00:00Z"),
            ("2030-01-31", "2030-01-31T00:00:00Z"),
            ("2030-01-31T13:00:00+01:00", "2030-01-31T12:00:00Z"),
        ] {
            let expected: DateTime<Utc> = expected.parse().expect("a time");
            assert_eq!(at(text, now), Some(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_is_told_what_is_taken() {
        for text in [
            "",
            "h",
            "2",
            "-2h",
            "+2h",
            "2y",
            "yesterday",
            "2030-02-31",
            "2ä",
        ] {
            let problem = parse(text).expect_err(text);
            assert!(problem.contains("15m"), "{problem}");
        }
    }
}
