/// Names as JSON has them.
enum SnakeCase {
    /// `taxBp` → `tax_bp`, `myURLProperty` → `my_url_property`: what Foundation's
    /// `convertFromSnakeCase` takes back.
    static func name(_ name: String) -> String {
        guard name.utf8.contains(where: isUpper) else { return name }
        let letters = Array(name.utf8)
        var result: [UInt8] = []
        for (index, letter) in letters.enumerated() {
            guard isUpper(letter) else {
                result.append(letter)
                continue
            }
            let follows = index + 1 < letters.count ? letters[index + 1] : nil
            let beginsWord =
                index > 0 && letters[index - 1] != UInt8(ascii: "_")
                && (!isUpper(letters[index - 1]) || follows.map { isLower($0) } ?? false)
            if beginsWord { result.append(UInt8(ascii: "_")) }
            result.append(letter | 0x20)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isUpper(_ letter: UInt8) -> Bool { (65...90).contains(letter) }
    private static func isLower(_ letter: UInt8) -> Bool { (97...122).contains(letter) }
}
