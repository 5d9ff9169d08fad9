/// Writes a row's id and time as CloudEvents wants them, without allocating.
enum WireText {
    private static let digits: StaticString = "0123456789abcdef"

    /// Calls `body` with a UUID's canonical form, in lower case.
    static func withUUID<Result>(
        _ id: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(byteCount: 36, alignment: 1) { text in
            let digits = digits.utf8Start
            var position = 0
            for (index, byte) in id.prefix(16).enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    text[position] = UInt8(ascii: "-")
                    position += 1
                }
                text[position] = digits[Int(byte >> 4)]
                text[position + 1] = digits[Int(byte & 15)]
                position += 2
            }
            return body(UnsafeRawBufferPointer(text))
        }
    }

    /// Calls `body` with a number in decimal. The number is not negative.
    static func withNumber<Result>(
        _ number: Int64, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { text in
            var start = text.count
            var rest = number.magnitude
            repeat {
                start -= 1
                text[start] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            return body(UnsafeRawBufferPointer(rebasing: text[start...]))
        }
    }

    /// Calls `body` with a time as RFC 3339 writes it, in UTC and milliseconds, rounded down:
    /// `2026-11-21T09:30:00.125Z`. The time is in microseconds since 2000-01-01 00:00 UTC.
    static func withTime<Result>(
        _ microseconds: Int64, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(byteCount: 24, alignment: 1) { text in
            let (days, time) = microseconds.quotientAndRemainder(dividingBy: 86_400_000_000)
            let before = time < 0
            let date = civil(daysSince2000: before ? days - 1 : days)
            let milliseconds = Int((before ? time + 86_400_000_000 : time) / 1000)

            func write(_ value: Int, width: Int, at start: Int, then mark: Unicode.Scalar) {
                var rest = value
                for position in stride(from: start + width - 1, through: start, by: -1) {
                    text[position] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                text[start + width] = UInt8(ascii: mark)
            }
            write(date.year, width: 4, at: 0, then: "-")
            write(date.month, width: 2, at: 5, then: "-")
            write(date.day, width: 2, at: 8, then: "T")
            write(milliseconds / 3_600_000, width: 2, at: 11, then: ":")
            write(milliseconds / 60_000 % 60, width: 2, at: 14, then: ":")
            write(milliseconds / 1000 % 60, width: 2, at: 17, then: ".")
            write(milliseconds % 1000, width: 3, at: 20, then: "Z")
            return body(UnsafeRawBufferPointer(text))
        }
    }

    /// The date that many days after 2000-01-01, in the Gregorian calendar.
    ///
    /// Years are counted from 1 March, so that the leap day is a year's last, in cycles of 400
    /// years, which have 146,097 days.
    private static func civil(daysSince2000 days: Int64) -> (year: Int, month: Int, day: Int) {
        // 2000-03-01 is 60 days after 2000-01-01 and begins a cycle.
        let shifted = Int(days) - 60
        let cycle = shifted >= 0 ? shifted / 146_097 : (shifted - 146_096) / 146_097
        let inCycle = shifted - cycle * 146_097
        let year = (inCycle - inCycle / 1460 + inCycle / 36_524 - inCycle / 146_096) / 365
        let inYear = inCycle - (365 * year + year / 4 - year / 100)
        let month = (5 * inYear + 2) / 153
        let day = inYear - (153 * month + 2) / 5 + 1
        return (
            2000 + cycle * 400 + year + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9,
            day
        )
    }
}
