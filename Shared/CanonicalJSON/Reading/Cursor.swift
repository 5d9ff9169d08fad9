/// A place in a text that is being read.
///
/// The only code here that reads through a pointer. Its invariant: `0 <= position <= text.count`,
/// and no byte at or beyond `text.count` is ever read, whatever the text says. A cursor lives no
/// longer than the scope that lends it the text.
struct Cursor {
    private let text: Text
    private(set) var position = 0

    init(_ text: Text) {
        self.text = text
    }

    var isAtEnd: Bool { position == text.count }

    /// The byte at this place; `nil` at the end.
    @inline(__always)
    var next: UInt8? { position < text.count ? text[position] : nil }

    @inline(__always)
    mutating func advance() {
        if position < text.count { position += 1 }
    }

    /// Takes the byte that is next.
    @inline(__always)
    mutating func take() -> UInt8? {
        guard let byte = next else { return nil }
        position += 1
        return byte
    }

    /// Takes a byte if it is next.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// Takes a word if all of it is next.
    mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        let letters = UnsafeBufferPointer(start: word.utf8Start, count: count)
        guard count <= text.count - position,
            text[position..<position + count].elementsEqual(letters)
        else { return false }
        position += count
        return true
    }

    /// Passes what may stand between tokens (RFC 8259 §2).
    @inline(__always)
    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    /// Passes digits, and says how many.
    mutating func skipDigits() -> Int {
        let start = position
        while let byte = next, byte.isDigit { position += 1 }
        return position - start
    }

    /// Passes what stands in a string for itself: up to a quote, a backslash, a control character
    /// or the end. Eight bytes are looked at together.
    mutating func skipPlainText() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        while text.count - position >= 8 {
            let bytes = UInt64(
                littleEndian: UnsafeRawBufferPointer(text)
                    .loadUnaligned(fromByteOffset: position, as: UInt64.self))
            // The lowest marked byte is a true find: a borrow marks only bytes above it.
            let quotes = bytes ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let slashes = bytes ^ (ones &* UInt64(UInt8(ascii: "\\")))
            let found =
                ((quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes
                    | (bytes &- ones &* 0x20) & ~bytes) & tops
            if found != 0 {
                position += found.trailingZeroBitCount / 8
                return
            }
            position += 8
        }
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20
        {
            position += 1
        }
    }
}

extension UInt8 {
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
    var isUpper: Bool { self &- UInt8(ascii: "A") < 26 }
    var isLower: Bool { self &- UInt8(ascii: "a") < 26 }
    var isLetter: Bool { (self | 0x20).isLower }
}
