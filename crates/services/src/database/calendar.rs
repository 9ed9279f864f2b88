//! Dates as servers write them and as JavaScript counts them: milliseconds since 1970, in UTC, in
//! the proleptic Gregorian calendar, years before 1 and after 9999 included.

/// The days of JavaScript's calendar on either side of 1970.
const MOST_DAYS: i64 = 100_000_000;
const DAY: i64 = 86_400_000;

/// A moment in parts. Year 0 is 1 BC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Moment {
    pub(crate) year: i64,
    pub(crate) month: u32,
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
    pub(crate) millisecond: u32,
}

impl Moment {
    /// The milliseconds, or nothing for what JavaScript's dates do not reach.
    pub(crate) fn milliseconds(&self) -> Option<i64> {
        let days = self.days()?;
        let seconds =
            i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        let milliseconds = days * DAY + seconds * 1000 + i64::from(self.millisecond);
        (milliseconds.abs() <= MOST_DAYS * DAY).then_some(milliseconds)
    }

    /// Days since 1970, counted in eras of 400 years that begin in March.
    fn days(&self) -> Option<i64> {
        if !(1..=12).contains(&self.month) || !(1..=31).contains(&self.day) {
            return None;
        }
        if self.year.abs() > 300_000 {
            return None;
        }
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * i64::from((self.month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        Some(era * 146_097 + days - 719_468)
    }

    /// The parts of a date of JavaScript.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the date is within JavaScript's range, and remainders are small"
    )]
    pub(crate) fn from_milliseconds(milliseconds: f64) -> Option<Self> {
        if !milliseconds.is_finite() || milliseconds.abs() > 8.64e15 {
            return None;
        }
        let milliseconds = milliseconds as i64;
        let of_day = milliseconds.rem_euclid(DAY);
        let days = milliseconds.div_euclid(DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        Some(Self {
            year: year + era * 400 + i64::from(month <= 2),
            month: month as u32,
            day: day as u32,
            hour: (of_day / 3_600_000) as u32,
            minute: (of_day / 60_000 % 60) as u32,
            second: (of_day / 1000 % 60) as u32,
            millisecond: (of_day % 1000) as u32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_found_again() {
        for days in (-100_000_000_i64..=100_000_000)
            .step_by(9973)
            .chain([-1, 0, 1])
        {
            let milliseconds = days * DAY + if days < 100_000_000 { 45_296_789 } else { 0 };
            #[expect(clippy::cast_precision_loss, reason = "within 2^53")]
            let moment = Moment::from_milliseconds(milliseconds as f64).unwrap();
            assert_eq!(moment.milliseconds(), Some(milliseconds), "{moment:?}");
        }
        let leap = Moment {
            year: 2024,
            month: 2,
            day: 29,
            ..Moment::default()
        };
        assert_eq!(leap.milliseconds(), Some(1_709_164_800_000));
        assert_eq!(Moment::from_milliseconds(f64::NAN), None);
        let beyond = Moment {
            year: 275_761,
            month: 1,
            day: 1,
            ..Moment::default()
        };
        assert_eq!(beyond.milliseconds(), None);
    }
}
