/// A name that was written for another.
public enum Misspelling {
    /// The one that is nearest, if any is near: of three letters, one may be wrong. Letters differ
    /// neither by their case nor by the underscores between them.
    public static func meant(by written: String, among names: [String]) -> String? {
        let letters = letters(of: written)
        let near = names.compactMap { name in
            distance(letters, Self.letters(of: name)).map { (name: name, distance: $0) }
        }
        return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    private static func letters(of name: String) -> [UInt8] {
        name.utf8.filter { $0 != UInt8(ascii: "_") }.map { $0.isUpper ? $0 | 0x20 : $0 }
    }

    /// How many letters are added, left out or changed between the two (Levenshtein); `nil` for
    /// more than one of three. What is much longer is not compared at all.
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int? {
        let most = max(one.count, other.count) / 3
        guard abs(one.count - other.count) <= most else { return nil }
        var row = Array(0...other.count)
        for (place, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = place + 1
            for (index, candidate) in other.enumerated() {
                let changed = diagonal + (letter == candidate ? 0 : 1)
                diagonal = row[index + 1]
                row[index + 1] = min(changed, diagonal + 1, row[index] + 1)
            }
        }
        return row[other.count] <= most ? row[other.count] : nil
    }
}
