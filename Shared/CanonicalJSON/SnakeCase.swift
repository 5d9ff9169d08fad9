/// Names as JSON has them.
enum SnakeCase {
    private static let underscore = UInt8(ascii: "_")

    /// `taxBp` → `tax_bp`, `myURLProperty` → `my_url_property`: what Foundation's
    /// `convertFromSnakeCase` takes back.
    static func name(_ name: String) -> String {
        guard name.utf8.contains(where: \.isUpper) else { return name }
        var name = name
        var result: [UInt8] = []
        _ = name.withUTF8 { letters in
            allSnake(letters) { letter in
                result.append(letter)
                return true
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether a name in JSON is what we write for this name of the program's:
    /// `name(wanted) == written`, without making it.
    static func isWritten(_ written: Text, for wanted: Text) -> Bool {
        // Nothing but underscores is added.
        guard written.count >= wanted.count, beginAlike(written, wanted) else { return false }
        var place = 0
        let isAlike = allSnake(wanted) { letter in
            guard place < written.count, letter == written[place] else { return false }
            place += 1
            return true
        }
        return isAlike && place == written.count
    }

    /// Whether all letters of a name of the program's pass, as we write it. An underscore goes
    /// before each word that begins inside it.
    @inline(__always)
    private static func allSnake(_ name: Text, _ passes: (UInt8) -> Bool) -> Bool {
        for (place, letter) in name.enumerated() {
            guard letter.isUpper else {
                guard passes(letter) else { return false }
                continue
            }
            let follows = place + 1 < name.count ? name[place + 1] : nil
            let beginsWord =
                place > 0 && name[place - 1] != underscore
                && (!name[place - 1].isUpper || follows?.isLower ?? false)
            guard !beginsWord || passes(underscore), passes(letter | 0x20) else { return false }
        }
        return true
    }

    /// The other way, as Foundation's `convertFromSnakeCase` does it: `tax_bp` → `taxBp`. A name
    /// without an underscore inside stays as it is.
    static func camelCase(_ name: Text) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(name.count)
        _ = allCamel(name) { letter in
            result.append(letter)
            return true
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether a name in JSON is this name of the program's: `camelCase(name) == wanted`, without
    /// making it.
    static func isName(_ name: Text, of wanted: Text) -> Bool {
        // Underscores inside go away, and nothing is ever added.
        guard name.count >= wanted.count, beginAlike(name, wanted) else { return false }
        var place = 0
        let isAlike = allCamel(name) { letter in
            guard place < wanted.count, letter == wanted[place] else { return false }
            place += 1
            return true
        }
        return isAlike && place == wanted.count
    }

    /// Whether the first letters are one but for their case, which spares most names a second look.
    @inline(__always)
    private static func beginAlike(_ one: Text, _ other: Text) -> Bool {
        guard let first = one.first, let letter = other.first else { return true }
        return first | 0x20 == letter | 0x20
    }

    /// Whether all letters of the converted name pass. Underscores at either end stay; the first
    /// word is in lower case; in each further one, letters are in upper case unless they follow a
    /// letter.
    @inline(__always)
    private static func allCamel(
        _ name: Text, _ passes: (UInt8) -> Bool
    ) -> Bool {
        let start = name.firstIndex { $0 != underscore } ?? name.endIndex
        let end = name.lastIndex { $0 != underscore }.map { $0 + 1 } ?? name.endIndex
        guard start < end, name[start..<end].contains(underscore) else {
            return name.allSatisfy(passes)
        }
        var isFirstWord = true
        var previous = underscore
        for (place, letter) in name.enumerated() {
            let isInside = start <= place && place < end
            defer { previous = letter }
            if isInside && letter == underscore {
                isFirstWord = false
                continue
            }
            let isRaised = isInside && !isFirstWord && !previous.isLetter
            let camel = !letter.isLetter ? letter : isRaised ? letter & ~0x20 : letter | 0x20
            guard passes(camel) else { return false }
        }
        return true
    }
}

/// A dictionary whose names are data and stay as they are.
protocol DictionaryOfNames {}

extension Dictionary: DictionaryOfNames where Key == String {}
