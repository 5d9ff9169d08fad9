/// Reads the outbox's `headers`: a JSON object whose values are strings.
///
/// Postgres has already checked that it is JSON and writes it in UTF-8, so what is left is to
/// find the strings and to undo the few escapes. No JSON parser on the way of every event.
struct HeaderScanner {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Calls `body` with each name and value; their bytes are valid during the call.
    /// Throws `.malformedRow` for anything but a flat object of strings.
    static func scan(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void
    ) throws(RelayError) {
        var scanner = HeaderScanner(bytes)
        try scanner.expect("{")
        if scanner.skip("}") { return try scanner.end() }
        repeat {
            let name = try scanner.string()
            try scanner.expect(":")
            let value = try scanner.string()
            name.withBytes(of: bytes) { name in value.withBytes(of: bytes) { body(name, $0) } }
        } while scanner.skip(",")
        try scanner.expect("}")
        try scanner.end()
    }

    /// A string in the text: as it stands there, or with its escapes undone.
    private enum Piece {
        case plain(Range<Int>)
        case unescaped([UInt8])

        func withBytes(
            of text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
        ) {
            switch self {
            case .plain(let range): body(UnsafeRawBufferPointer(rebasing: text[range]))
            case .unescaped(let bytes): bytes.withUnsafeBytes(body)
            }
        }
    }

    private mutating func string() throws(RelayError) -> Piece {
        try expect("\"")
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return .plain(start..<position - 1)
            case UInt8(ascii: "\\"): return .unescaped(try unescaped(from: start))
            default: position += 1
            }
        }
        throw malformed
    }

    /// The string that began at `start`; the position is at its first backslash.
    private mutating func unescaped(from start: Int) throws(RelayError) -> [UInt8] {
        var result = [UInt8](bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return result
            case UInt8(ascii: "\\"): try unescape(into: &result)
            default: result.append(byte)
            }
        }
        throw malformed
    }

    private mutating func unescape(into result: inout [UInt8]) throws(RelayError) {
        guard position < bytes.count else { throw malformed }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"):
            result.append(contentsOf: UTF8.encode(try scalar()).map { Array($0) } ?? [])
        default: throw malformed
        }
    }

    /// What follows `\u`. `jsonb` writes only control characters so; `json` is what its writer made
    /// it, in ASCII alone perhaps: two halves of UTF-16 are then one character.
    private mutating func scalar() throws(RelayError) -> Unicode.Scalar {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), position + 2 <= bytes.count,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else { throw malformed }
        position += 2
        let second = try unit()
        guard UTF16.isTrailSurrogate(second) else { throw malformed }
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    /// Four hexadecimal digits.
    private mutating func unit() throws(RelayError) -> UInt16 {
        guard position + 4 <= bytes.count,
            let unit = UInt16(
                String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw malformed }
        position += 4
        return unit
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(RelayError) {
        if !skip(character) { throw malformed }
    }

    /// Steps over white space, and over `character` if it comes next.
    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            return false
        }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func end() throws(RelayError) {
        skipSpace()
        if position != bytes.count { throw malformed }
    }

    private var malformed: RelayError {
        RelayError(
            .malformedRow, "headers are not a flat object of strings, at byte \(position)")
    }
}
