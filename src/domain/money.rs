//! Money: currencies, prices as they are written, and amounts. Everything is a whole number, so
//! nothing is ever rounded. Amounts of different currencies are never added up or compared.

use std::fmt;

/// The digits that every amount has behind the point in files. No currency has more.
pub const SCALE: u32 = 4;
/// The digits that an amount has at most, before and behind the point.
pub const PRECISION: u32 = 18;

/// The currencies of ISO 4217 whose smallest unit is a hundredth.
const HUNDREDTHS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD \
    CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL \
    HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
    MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP \
    STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";
/// Those that have no smaller unit, and those whose smallest unit is a thousandth or smaller.
const OTHERS: [(u32, &str); 3] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

/// A currency of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Currency {
    code: &'static str,
    digits: u32,
}

impl Currency {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Currency> {
        let lists = OTHERS.into_iter().chain([(2, HUNDREDTHS)]);
        lists.flat_map(|(digits, codes)| codes.split_whitespace().map(move |code| Currency { code, digits }))
    }

    /// The one with this code, in capital letters.
    pub fn of(code: &str) -> Option<Currency> {
        Currency::all().find(|currency| currency.code == code)
    }

    pub fn code(self) -> &'static str {
        self.code
    }

    /// How many digits its amounts have behind the point: 2 for the euro, 0 for the yen.
    pub fn digits(self) -> u32 {
        self.digits
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code)
    }
}

/// An amount in ten-thousandths of its currency's unit, as files have it: a decimal number with four
/// digits behind the point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Money(pub i64);

impl Money {
    /// The greatest amount that a file can have.
    pub const MOST: Money = Money(10_i64.pow(PRECISION) - 1);

    /// Both together; `None` where that is more than a file can have.
    pub fn plus(self, other: Money) -> Option<Money> {
        self.0.checked_add(other.0).map(Money).filter(|sum| *sum <= Money::MOST)
    }

    /// The amount in words that every language has: whole units, and the digits behind the point.
    pub fn parts(self, currency: Currency) -> (i64, String) {
        let whole = 10_i64.pow(SCALE);
        let behind = format!("{:04}", self.0 % whole);
        (self.0 / whole, behind[..currency.digits as usize].to_owned())
    }

    /// The amount as programs read it: `1234.50`.
    pub fn text(self, currency: Currency) -> String {
        let (whole, behind) = self.parts(currency);
        let point = if behind.is_empty() { "" } else { "." };
        format!("{whole}{point}{behind}")
    }
}

/// What a seat costs a month: a whole number of the smallest units of a currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Price {
    pub smallest_units: i64,
    pub currency: Currency,
}

/// Why a text is no price.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoPrice {
    Negative,
    /// It has more digits behind the point than the currency.
    TooFine,
    TooLarge,
    NoNumber,
}

impl Price {
    /// Reads an amount such as `12.5` or `12,50`, exactly. There is no separator of thousands.
    pub fn parse(text: &str, currency: Currency) -> Result<Price, NoPrice> {
        if let Some(amount) = text.strip_prefix('-') {
            Price::parse(amount, currency)?;
            return Err(NoPrice::Negative);
        }
        let (whole, behind) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(behind) || text.ends_with(['.', ',']) {
            return Err(NoPrice::NoNumber);
        }
        let behind = behind.trim_end_matches('0');
        let digits = currency.digits as usize;
        if behind.len() > digits {
            return Err(NoPrice::TooFine);
        }
        let smallest_units = format!("{whole}{behind:0<digits$}").parse().map_err(|_| NoPrice::TooLarge)?;
        let price = Price { smallest_units, currency };
        price.of_seats(1).map(|_| price).ok_or(NoPrice::TooLarge)
    }

    /// What some seats cost a month; `None` where that is more than a file can have.
    pub fn of_seats(self, seats: i64) -> Option<Money> {
        let amount = i128::from(self.in_files()) * i128::from(seats);
        i64::try_from(amount).ok().map(Money).filter(|amount| *amount <= Money::MOST)
    }

    /// The price of one seat in ten-thousandths of the unit.
    fn in_files(self) -> i64 {
        self.smallest_units.saturating_mul(10_i64.pow(SCALE - self.currency.digits))
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Money(self.in_files()).text(self.currency), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, code: &str) -> Result<i64, NoPrice> {
        Price::parse(text, Currency::of(code).unwrap()).map(|price| price.smallest_units)
    }

    #[test]
    fn a_price_is_exact_in_the_smallest_unit_of_its_currency() {
        assert_eq!(parse("12.5", "EUR"), Ok(1250));
        assert_eq!(parse("12,50", "EUR"), Ok(1250));
        assert_eq!(parse("0.07", "USD"), Ok(7));
        assert_eq!(parse("0", "USD"), Ok(0));
        assert_eq!(parse("1150.00", "JPY"), Ok(1150));
        assert_eq!(parse("1.234", "KWD"), Ok(1234));
        assert_eq!(parse("1.2345", "CLF"), Ok(12345));
        assert_eq!(parse("99999999999999.99", "EUR"), Ok(9_999_999_999_999_999));
    }

    #[test]
    fn what_is_no_price_says_why() {
        for (text, code, why) in [
            ("-5", "EUR", NoPrice::Negative),
            ("12.345", "EUR", NoPrice::TooFine),
            ("1150.5", "JPY", NoPrice::TooFine),
            ("100000000000000", "EUR", NoPrice::TooLarge),
            ("99999999999999999999", "JPY", NoPrice::TooLarge),
            ("", "EUR", NoPrice::NoNumber),
            ("12.", "EUR", NoPrice::NoNumber),
            (".5", "EUR", NoPrice::NoNumber),
            ("1.000,50", "EUR", NoPrice::NoNumber),
            ("12 €", "EUR", NoPrice::NoNumber),
            ("--5", "EUR", NoPrice::Negative),
            ("-", "EUR", NoPrice::NoNumber),
            ("1e3", "EUR", NoPrice::NoNumber),
        ] {
            assert_eq!(parse(text, code), Err(why), "{text}");
        }
    }

    #[test]
    fn seats_times_the_price_is_the_amount_and_never_more_than_a_file_can_have() {
        let price = |text, code| Price::parse(text, Currency::of(code).unwrap()).unwrap();
        assert_eq!(price("12.35", "EUR").of_seats(3), Some(Money(37_0500)));
        assert_eq!(price("1150", "JPY").of_seats(2), Some(Money(2300_0000)));
        assert_eq!(price("1.234", "KWD").of_seats(0), Some(Money(0)));
        assert_eq!(price("99999999999999.99", "EUR").of_seats(2), None);
        assert_eq!(price("1", "EUR").of_seats(i64::MAX), None);
        assert_eq!(Money::MOST.plus(Money(1)), None);
        assert_eq!(price("12.5", "EUR").to_string(), "12.50 EUR");
        assert_eq!(price("1150", "JPY").to_string(), "1150 JPY");
    }

    #[test]
    fn each_currency_is_listed_once() {
        let codes: std::collections::BTreeSet<&str> = Currency::all().map(Currency::code).collect();
        assert_eq!(codes.len(), Currency::all().count());
        assert!(
            codes
                .iter()
                .all(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
        );
        assert_eq!(Currency::of("eur"), None);
    }
}
