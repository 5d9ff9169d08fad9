/// Where in a text something is, as its writer sees it.
public enum FieldPath {
    /// `[entries, 1, credit_limit]` → `entries[1].credit_limit`.
    public static func text(_ path: [any CodingKey]) -> String {
        var text = ""
        for key in path {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
        return text
    }

    /// Where a member would be that is missing, of which only the program's name is known.
    public static func text(_ path: [any CodingKey], missing key: any CodingKey) -> String {
        text(path + [PathKey(SnakeCase.name(key.stringValue))])
    }
}
