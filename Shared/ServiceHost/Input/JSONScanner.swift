/// Why a body is refused before anything is decoded from it.
struct JSONFault: Error, Equatable {
    enum Kind: Equatable {
        /// Not JSON (RFC 8259).
        case malformed
        /// JSON, with something that no request of ours may hold.
        case forbidden
    }

    let kind: Kind
    let reason: String
    /// Where: `entries[1].amount`. Empty for the whole body.
    var path = ""

    fileprivate mutating func isInside(member name: String) {
        path = path.isEmpty || path.hasPrefix("[") ? name + path : name + "." + path
    }

    fileprivate mutating func isInside(element index: Int) {
        path = path.isEmpty || path.hasPrefix("[") ? "[\(index)]" + path : "[\(index)]." + path
    }
}

/// Reads a body once, strictly, and refuses what money must not be written in or what Postgres
/// cannot store: numbers with a fraction or an exponent, NUL characters, lone surrogates, invalid
/// UTF-8, a member named twice, and nesting deeper than any request needs.
///
/// Foundation's decoder reads `1e2` and `100.0` as the integer 100, keeps one of two members of
/// the same name, and hands `\u0000` on; hence a scanner of our own in front of it.
struct JSONScanner {
    /// Deep enough for every request, shallow enough for every stack.
    static let maximumDepth = 32

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Checks a whole body.
    static func check(_ bytes: [UInt8]) throws(JSONFault) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONFault(kind: .malformed, reason: "The body is not UTF-8.")
        }
        var scanner = JSONScanner(bytes)
        try scanner.value(depth: 0)
        scanner.skipSpace()
        guard scanner.next == nil else { throw scanner.malformed("Something follows the JSON.") }
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func malformed(_ reason: String) -> JSONFault {
        JSONFault(kind: .malformed, reason: "\(reason) (at byte \(position))")
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(JSONFault) {
        guard next == UInt8(ascii: character) else {
            throw malformed("Expected '\(character)'.")
        }
        position += 1
    }

    private mutating func value(depth: Int) throws(JSONFault) {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): try object(depth: depth + 1)
        case UInt8(ascii: "["): try array(depth: depth + 1)
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        case UInt8(ascii: "-"): try number()
        case let digit? where Self.digits.contains(digit): try number()
        default: throw malformed("Expected a value.")
        }
    }

    private mutating func object(depth: Int) throws(JSONFault) {
        try enter(depth)
        var names: Set<String> = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return
        }
        while true {
            skipSpace()
            let name = try string()
            guard names.insert(name).inserted else {
                throw JSONFault(
                    kind: .forbidden, reason: "The member is there twice.", path: name)
            }
            skipSpace()
            try expect(":")
            do {
                try value(depth: depth)
            } catch var fault {
                fault.isInside(member: name)
                throw fault
            }
            skipSpace()
            if next == UInt8(ascii: ",") {
                position += 1
            } else {
                return try expect("}")
            }
        }
    }

    private mutating func array(depth: Int) throws(JSONFault) {
        try enter(depth)
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return
        }
        var index = 0
        while true {
            do {
                try value(depth: depth)
            } catch var fault {
                fault.isInside(element: index)
                throw fault
            }
            index += 1
            skipSpace()
            if next == UInt8(ascii: ",") {
                position += 1
            } else {
                return try expect("]")
            }
        }
    }

    private mutating func enter(_ depth: Int) throws(JSONFault) {
        guard depth <= Self.maximumDepth else {
            throw JSONFault(
                kind: .forbidden, reason: "Nested deeper than \(Self.maximumDepth) levels.")
        }
        position += 1
    }

    private mutating func literal(_ word: StaticString) throws(JSONFault) {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count,
            bytes[position..<end].elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        else { throw malformed("Expected '\(word)'.") }
        position = end
    }
}

extension JSONScanner {
    private mutating func number() throws(JSONFault) {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") {
            position += 1
        } else {
            guard skipDigits() > 0 else { throw malformed("Expected a digit.") }
        }
        switch next {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            throw JSONFault(
                kind: .forbidden, reason: "Numbers are integers, without fraction or exponent.")
        case let digit? where Self.digits.contains(digit):
            throw malformed("A number does not begin with 0.")
        default: break
        }
        // Foundation's decoder refuses it too, without saying where.
        guard Int64(String(decoding: bytes[start..<position], as: UTF8.self)) != nil else {
            throw JSONFault(kind: .forbidden, reason: "An integer has at most 64 bits.")
        }
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = next, Self.digits.contains(byte) { position += 1 }
        return position - start
    }

    /// Reads a string and answers what it says.
    private mutating func string() throws(JSONFault) -> String {
        try expect("\"")
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape().utf8)
            case 0..<0x20: throw malformed("A control character in a string.")
            default: text.append(byte)
            }
        }
        throw malformed("A string does not end.")
    }

    private mutating func escape() throws(JSONFault) -> String {
        guard let byte = next else { throw malformed("A string does not end.") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return String(Character(try scalar()))
        default: throw malformed("An unknown escape in a string.")
        }
    }

    /// What follows `\u`, with the second half of a surrogate pair.
    private mutating func scalar() throws(JSONFault) -> Unicode.Scalar {
        let first = try codeUnit()
        guard first != 0 else {
            throw JSONFault(kind: .forbidden, reason: "A string holds a NUL character.")
        }
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), next == UInt8(ascii: "\\") else { throw loneSurrogate }
        position += 1
        guard next == UInt8(ascii: "u") else { throw loneSurrogate }
        position += 1
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(second),
            let scalar = Unicode.Scalar(
                0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw loneSurrogate }
        return scalar
    }

    private var loneSurrogate: JSONFault {
        JSONFault(kind: .forbidden, reason: "A string holds half of a surrogate pair.")
    }

    private mutating func codeUnit() throws(JSONFault) -> UInt16 {
        guard position + 4 <= bytes.count,
            let unit = UInt16(
                String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16),
            bytes[position] != UInt8(ascii: "+"), bytes[position] != UInt8(ascii: "-")
        else { throw malformed("Expected four hexadecimal digits.") }
        position += 4
        return unit
    }
}
