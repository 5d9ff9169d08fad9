/// A JSON value on its way to text.
enum Value {
    case null
    case boolean(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case number(Double)
    case string(String)
    case container(Container)
    /// What this encoder will have been given by the time that the text is written.
    case deferred(ValueEncoder)
}

/// An object or an array that is being filled. A class, because the containers that `Encodable`
/// hands out outlive the call that made them.
final class Container {
    let isObject: Bool
    var members: [(key: String, value: Value)] = []
    var elements: [Value] = []

    init(isObject: Bool) { self.isObject = isObject }
}

extension Value {
    /// Appends the text: members in the order of their names, of two of one name the last.
    func write(to text: inout [UInt8]) {
        switch self {
        case .null: text += "null".utf8
        case .boolean(let value): text += (value ? "true" : "false").utf8
        case .integer(let value): text.appendDecimal(value.magnitude, isNegative: value < 0)
        case .unsigned(let value): text.appendDecimal(value, isNegative: false)
        case .number(let value): text += Self.shortest(value).utf8
        case .string(let value): text.appendQuoted(value)
        case .deferred(let encoder): encoder.result.write(to: &text)
        case .container(let container) where container.isObject:
            Self.write(container.members, to: &text)
        case .container(let container):
            text.append(UInt8(ascii: "["))
            for (index, element) in container.elements.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                element.write(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        }
    }

    private static func write(
        _ members: [(key: String, value: Value)], to text: inout [UInt8]
    ) {
        let order = members.indices.sorted { left, right in
            let (first, second) = (members[left].key, members[right].key)
            return first == second ? left < right : first < second
        }
        text.append(UInt8(ascii: "{"))
        var isFirst = true
        for (place, index) in order.enumerated() {
            let next = place + 1 < order.count ? members[order[place + 1]].key : nil
            if next == members[index].key { continue }
            if !isFirst { text.append(UInt8(ascii: ",")) }
            isFirst = false
            text.appendQuoted(members[index].key)
            text.append(UInt8(ascii: ":"))
            members[index].value.write(to: &text)
        }
        text.append(UInt8(ascii: "}"))
    }

    /// `1` rather than `1.0`.
    private static func shortest(_ value: Double) -> String {
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
