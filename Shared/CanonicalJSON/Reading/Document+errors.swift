/// Nothing here is paid for unless something is wrong.
extension Document {
    func mismatch(_ type: any Any.Type, at place: Int) -> DecodingError {
        let path = path(to: place)
        if isNull(at: place) {
            return .valueNotFound(
                type, .init(codingPath: path, debugDescription: "Expected \(type), found null."))
        }
        let found = nodes[place].kind.description
        return .typeMismatch(
            type, .init(codingPath: path, debugDescription: "Expected \(type), found \(found)."))
    }

    func corrupted(_ reason: String, _ place: Int) -> DecodingError {
        .dataCorrupted(.init(codingPath: path(to: place), debugDescription: reason))
    }

    /// Where a value is: from the whole text inwards, the member or the element that holds it.
    func path(to place: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var container = 0
        while container < place {
            let isObject = nodes[container].kind == .object
            var index = 0
            var child = container + 1
            // A member is its name's node, and then its value's.
            while Int(nodes[isObject ? child + 1 : child].end) <= place {
                child = Int(nodes[isObject ? child + 1 : child].end)
                index += 1
            }
            path.append(
                isObject ? PathKey(withText { $0.string(nodes[child]) }) : PathKey(index: index))
            container = isObject ? child + 1 : child
        }
        return path
    }
}

/// A member's name, as the text has it, or an element's index.
struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) {
        stringValue = name
        intValue = nil
    }

    init(index: Int) {
        stringValue = "Index \(index)"
        intValue = index
    }

    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { self.init(index: intValue) }
}

extension Node.Kind: CustomStringConvertible {
    var description: String {
        switch self {
        case .null: "null"
        case .no, .yes: "a boolean"
        case .integer, .number: "a number"
        case .string, .escapedString: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
