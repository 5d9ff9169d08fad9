/// Integers written in decimal.
enum Digits {
    /// The integer that digits, with or without a minus, say; `nil` if it does not fit.
    static func integer<Integer: FixedWidthInteger>(
        _ text: Text, as type: Integer.Type
    ) -> Integer? {
        let isNegative = text.first == UInt8(ascii: "-")
        var value: Integer = 0
        for byte in isNegative ? text.dropFirst() : text[...] {
            let digit = Integer(truncatingIfNeeded: byte - UInt8(ascii: "0"))
            let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (next, isBeyond) =
                isNegative
                ? tenfold.subtractingReportingOverflow(digit)
                : tenfold.addingReportingOverflow(digit)
            guard !isTooLarge && !isBeyond else { return nil }
            value = next
        }
        return value
    }

    /// The integer that a number with a fraction or an exponent comes to exactly, as `1.50e2` comes
    /// to 150; `nil` if it comes to none, or to one that does not fit.
    static func wholeNumber<Integer: FixedWidthInteger>(
        _ text: Text, as type: Integer.Type
    ) -> Integer? {
        let isE = { (byte: UInt8) in byte | 0x20 == UInt8(ascii: "e") }
        let mantissa = text.prefix { !isE($0) }
        let whole = mantissa.prefix { $0 != UInt8(ascii: ".") }
        let fraction = mantissa.dropFirst(whole.count + 1)
        var digits = Array(whole) + fraction
        let sign: [UInt8] = digits.first == UInt8(ascii: "-") ? [digits.removeFirst()] : []
        digits = Array(digits.drop { $0 == UInt8(ascii: "0") })
        guard !digits.isEmpty else { return 0 }
        let written = String(decoding: text.dropFirst(mantissa.count + 1), as: UTF8.self)
        // An exponent that no Int holds is that of no integer that does.
        guard let exponent = written.isEmpty ? 0 : Int(written) else { return nil }
        var (places, overflows) = exponent.subtractingReportingOverflow(fraction.count)
        // No integer of 128 bits has more digits.
        guard !overflows, places <= 39 else { return nil }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            places += 1
        }
        guard places >= 0 else { return nil }
        digits += Array(repeating: UInt8(ascii: "0"), count: places)
        return (sign + digits).withUnsafeBufferPointer { integer($0, as: type) }
    }
}
