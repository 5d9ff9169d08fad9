import Crypto

/// What `parked_key` calls a key. An index takes no entry of more than 2.7 kB, and whoever may
/// publish may choose a longer key: a row that cannot be written would stop the whole group.
enum ParkedKey {
    private static let limit = 1024

    /// The key itself; of a long one its beginning and the SHA-256 of the whole. That is longer
    /// than any key that stands for itself, so no two keys have one name.
    static func name(of key: String) -> String {
        guard key.utf8.count > limit else { return key }
        // A character that is cut in two ends in one that takes no less room.
        let beginning = String(decoding: key.utf8.prefix(limit), as: UTF8.self)
        let digest = SHA256.hash(data: Array(key.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return beginning + ":" + digest.joined()
    }
}
