public import FoundationEssentials

/// Times as RFC 3339 writes them, in UTC: `2026-11-21T09:30:00.125Z`.
///
/// Every message carries some. The form that we write ourselves is therefore written and read by
/// plain arithmetic: Foundation's formatter costs some microseconds each way.
public enum RFC3339 {
    /// Writes milliseconds, or microseconds where there are any: what was written is read as the
    /// same microsecond again, as the database keeps it.
    public static func format(_ date: Date) -> String {
        if let time = PlainTime(date) { return time.text }
        // Before 1970 or after 9999, where nothing happens often.
        return date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Reads a time with or without a fraction, in any offset; `nil` for anything else.
    public static func parse(_ text: String) -> Date? {
        if PlainTime.isForm(of: text) { return PlainTime(text)?.date }
        return
            (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle()))
    }
}

/// A time of the years 1970 to 9999, in whole microseconds.
private struct PlainTime {
    private let microseconds: Int64

    /// The first microsecond of the year 10000.
    private static let end: Int64 = 253_402_300_800_000_000
    /// From 1970 to the reference date, 2001.
    private static let reference: Int64 = 978_307_200_000_000

    init?(_ date: Date) {
        let sinceReference = (date.timeIntervalSinceReferenceDate * 1_000_000).rounded()
        guard abs(sinceReference) < 1e18 else { return nil }
        microseconds = Int64(sinceReference) + Self.reference
        guard (0..<Self.end).contains(microseconds) else { return nil }
    }

    var date: Date {
        Date(
            timeIntervalSinceReferenceDate: TimeInterval(microseconds - Self.reference) / 1_000_000)
    }

    // MARK: Text

    private static let shape = Array("0000-00-00T00:00:00.000000Z".utf8)

    var text: String {
        let (days, time) = microseconds.quotientAndRemainder(dividingBy: 86_400_000_000)
        let (year, month, day) = Self.civil(days)
        let digits = time % 1000 == 0 ? 3 : 6
        return String(unsafeUninitializedCapacity: Self.shape.count) { text in
            _ = text.initialize(fromContentsOf: Self.shape)
            func write(_ value: Int64, _ digits: Int, at start: Int) {
                var rest = value
                for place in (start..<start + digits).reversed() {
                    text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
            }
            let seconds = time / 1_000_000
            write(year, 4, at: 0)
            write(month, 2, at: 5)
            write(day, 2, at: 8)
            write(seconds / 3600, 2, at: 11)
            write(seconds / 60 % 60, 2, at: 14)
            write(seconds % 60, 2, at: 17)
            let fraction = time % 1_000_000
            write(digits == 3 ? fraction / 1000 : fraction, digits, at: 20)
            text[20 + digits] = UInt8(ascii: "Z")
            return 21 + digits
        }
    }

    /// Whether a text looks like what `text` writes: then nobody else needs to read it.
    static func isForm(of text: String) -> Bool {
        var text = text
        return text.withUTF8 { text in
            let digits = text.count - 21
            guard digits == 3 || digits == 6, text[text.count - 1] == UInt8(ascii: "Z"),
                !text.lexicographicallyPrecedes("1970".utf8)
            else { return false }
            for (byte, wanted) in zip(text.dropLast(), shape) {
                let isDigit = byte &- UInt8(ascii: "0") < 10
                guard wanted == UInt8(ascii: "0") ? isDigit : byte == wanted else { return false }
            }
            return true
        }
    }

    /// Reads a text of that form; `nil` for what is no time.
    init?(_ text: String) {
        var text = text
        guard let microseconds = text.withUTF8(Self.read) else { return nil }
        self.microseconds = microseconds
    }

    private static func read(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        func number(_ start: Int, _ digits: Int) -> Int64 {
            text[start..<start + digits].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2))
        let (hour, minute, second) = (number(11, 2), number(14, 2), number(17, 2))
        guard hour < 24, minute < 60, second < 60 else { return nil }
        let days = days(year, month, day)
        // A day that its month does not have comes back as another one.
        guard civil(days) == (year, month, day) else { return nil }
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        let digits = text.count - 21
        return seconds * 1_000_000 + number(20, digits) * (digits == 3 ? 1000 : 1)
    }

    // MARK: Calendar

    /// Days since 1970 of a date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
    /// `days_from_civil`): years begin in March there, so that the leap day is the last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    /// The date of a day since 1970 (the same, `civil_from_days`).
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = days + 719_468
        let era = days / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        return (
            era * 400 + yearOfEra + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }
}
