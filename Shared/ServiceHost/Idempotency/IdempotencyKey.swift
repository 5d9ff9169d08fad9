/// The `Idempotency-Key` header, bare or as a quoted string (IETF draft
/// httpapi-idempotency-key-header, RFC 8941 §3.3.3), at most 255 characters.
struct IdempotencyKey: Equatable, Sendable {
    let value: String

    /// Throws 400 `idempotency-key-missing` or `idempotency-key-invalid`.
    init(header: String?) throws(Problem) {
        guard let header else {
            throw .badRequest(
                code: HostCode.idempotencyKeyMissing,
                detail: "A request that changes something needs an Idempotency-Key header.")
        }
        guard let value = IdempotencyKey.parse(header), (1...255).contains(value.utf8.count) else {
            throw .badRequest(
                code: HostCode.idempotencyKeyInvalid,
                detail: "Idempotency-Key must be 1 to 255 visible ASCII characters, bare or quoted."
            )
        }
        self.value = value
    }

    private static func parse(_ header: String) -> String? {
        let bytes = Array(header.utf8)
        guard bytes.first == UInt8(ascii: "\"") else {
            let visible = bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 }
            return visible ? header : nil
        }
        guard bytes.count >= 2, bytes.last == UInt8(ascii: "\"") else { return nil }
        return unescape(bytes.dropFirst().dropLast())
    }

    /// The inside of a quoted string: printable ASCII, with `\"` and `\\` as the only escapes.
    private static func unescape(_ inside: ArraySlice<UInt8>) -> String? {
        var value: [UInt8] = []
        var escaped = false
        for byte in inside {
            let special = byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
            switch (escaped, special) {
            case (false, true):
                guard byte == UInt8(ascii: "\\") else { return nil }
                escaped = true
            case (true, false): return nil
            case (true, true), (false, false):
                guard (0x20...0x7E).contains(byte) else { return nil }
                value.append(byte)
                escaped = false
            }
        }
        return escaped ? nil : String(decoding: value, as: UTF8.self)
    }
}
