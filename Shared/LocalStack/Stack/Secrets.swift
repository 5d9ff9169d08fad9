import Crypto
import FoundationEssentials

/// The secrets of one local stack: every password, and the key that signs tokens.
///
/// All are derived from one random key in one private file, so they stay the same for as long as
/// the data do.
public struct Secrets: Sendable {
    private let key: SymmetricKey

    /// Reads the key, or makes one. Throws `LocalStackError.invalid`.
    public init(file path: String) throws {
        if let bytes = readWholeFile(path), let key = Self.read(bytes) {
            self.key = key
        } else {
            let key = SymmetricKey(size: .bits256)
            let text = key.withUnsafeBytes { Self.hexadecimal($0) }
            try PrivateFile.write(text + "\n", to: path)
            self.key = key
        }
    }

    /// The secret for one purpose: 64 hexadecimal digits, safe in a URL and in a shell.
    public func secret(for purpose: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(purpose.utf8), using: key)
        return Self.hexadecimal(code)
    }

    /// The same thirty-two bytes in base64, as the seed of a signing key.
    func seed(for purpose: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(purpose.utf8), using: key)
        return Data(code).base64EncodedString()
    }

    /// The HS256 secret that the services verify tokens with.
    public var tokenSecret: String { secret(for: "jwt") }

    private static func read(_ bytes: [UInt8]) -> SymmetricKey? {
        let text = String(decoding: bytes, as: UTF8.self).prefix { $0.isHexDigit }
        guard text.count == 64 else { return nil }
        var key: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            key.append(byte)
            rest = rest.dropFirst(2)
        }
        return SymmetricKey(data: key)
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
