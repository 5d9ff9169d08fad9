/// What follows a backslash in a string (RFC 8259 §7).
enum Escape {
    case scalar(Unicode.Scalar)
    case unknown
    case unfinished
    case noDigits
    /// Half of a surrogate pair, which stands for nothing.
    case halfPair

    /// Reads what follows the backslash.
    static func read(_ cursor: inout Cursor) -> Escape {
        guard let byte = cursor.take() else { return .unfinished }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return .scalar(Unicode.Scalar(byte))
        case UInt8(ascii: "b"): return .scalar("\u{8}")
        case UInt8(ascii: "f"): return .scalar("\u{C}")
        case UInt8(ascii: "n"): return .scalar("\n")
        case UInt8(ascii: "r"): return .scalar("\r")
        case UInt8(ascii: "t"): return .scalar("\t")
        case UInt8(ascii: "u"): return pair(&cursor)
        default: return .unknown
        }
    }

    /// What follows `\u`, with the second half of a surrogate pair.
    private static func pair(_ cursor: inout Cursor) -> Escape {
        guard let first = codeUnit(&cursor) else { return .noDigits }
        if let scalar = Unicode.Scalar(first) { return .scalar(scalar) }
        guard UTF16.isLeadSurrogate(first), cursor.take("\\u") else { return .halfPair }
        guard let second = codeUnit(&cursor) else { return .noDigits }
        let value = 0x10000 + UInt32(first & 0x3FF) << 10 + UInt32(second & 0x3FF)
        guard UTF16.isTrailSurrogate(second), let scalar = Unicode.Scalar(value) else {
            return .halfPair
        }
        return .scalar(scalar)
    }

    /// Four hexadecimal digits; `nil` for anything else, of which nothing is taken.
    private static func codeUnit(_ cursor: inout Cursor) -> UInt16? {
        var ahead = cursor
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = ahead.take().flatMap(hexadecimal) else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        cursor = ahead
        return unit
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Escape {
    /// What a string says whose escapes are known to be right.
    static func undone(in text: Text) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var cursor = Cursor(text)
        while let byte = cursor.take() {
            if byte != UInt8(ascii: "\\") {
                result.append(byte)
            } else if case .scalar(let scalar) = read(&cursor) {
                result += String(scalar).utf8
            }
        }
        return result
    }
}
