/// `Prefer: wait=N` (RFC 7240 §4.3).
enum PreferWait {
    /// As long as a request may be held open.
    static let maximum = 30

    /// The seconds that are asked for, clamped to 0…30; `nil` if there is no such preference or
    /// it is malformed, which RFC 7240 §2 says to ignore.
    static func seconds(_ header: String?) -> Int? {
        guard let header else { return nil }
        for preference in header.split(separator: ",") {
            let word = preference.prefix { $0 != ";" }
            let parts = word.split(separator: "=", maxSplits: 1).map(trimmed)
            guard parts.count == 2, parts[0].lowercased() == "wait" else { continue }
            let digits = parts[1].trimming("\"")
            guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }) else {
                return nil
            }
            return min(Int(digits) ?? maximum, maximum)
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> Substring { text.trimming(" \t") }
}

extension Substring {
    /// Without these characters at both ends.
    fileprivate func trimming(_ characters: String) -> Substring {
        var rest = self
        while let first = rest.first, characters.contains(first) { rest.removeFirst() }
        while let last = rest.last, characters.contains(last) { rest.removeLast() }
        return rest
    }
}
