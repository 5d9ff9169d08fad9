/// Writes a flat JSON object of strings: an outbox row's headers.
///
/// By hand, because Foundation's encoder costs some 10 µs for these five short strings.
enum JSONObject {
    /// The object's text, members in the order given.
    static func text(_ members: [(name: String, value: String)]) -> String {
        var text = "{"
        for member in members {
            if text.utf8.count > 1 { text += "," }
            append(member.name, to: &text)
            text += ":"
            append(member.value, to: &text)
        }
        text += "}"
        return text
    }

    /// Appends a JSON string; RFC 8259 §7 names the characters that must be escaped.
    private static func append(_ string: String, to text: inout String) {
        text += "\""
        defer { text += "\"" }
        // Nearly always: ids, names and addresses.
        if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
            text += string
            return
        }
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
