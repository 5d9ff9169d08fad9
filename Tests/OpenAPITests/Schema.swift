import Contracts
import LocalStack

/// Says what is wrong with a value by a schema of a document: those parts of JSON Schema 2020-12
/// that our documents use. `keywords` names them, so that no other is used unchecked.
struct Schema {
    static let keywords: Set<String> = [
        "$ref", "type", "enum", "const", "properties", "required", "additionalProperties",
        "propertyNames", "maxProperties", "items", "minItems", "maxItems", "minimum", "maximum",
        "minLength", "maxLength", "pattern", "format", "anyOf", "oneOf",
        // Those that say nothing about a value.
        "description", "examples", "default",
    ]

    let document: Document
    private let layers: [JSON]

    /// A schema and all that it refers to, one after the other: a value must fit each.
    init(_ node: JSON, in document: Document) {
        self.document = document
        var layers = [node]
        while let reference = layers.last?["$ref"].string {
            guard let target = document.target(of: reference) else { break }
            layers.append(target)
        }
        self.layers = layers
    }

    /// What is wrong with a value; a member that no schema names is wrong as well.
    func faults(in value: JSON, at path: String = "$") -> [String] {
        layers.flatMap { faults(in: value, by: $0, at: path) } + undocumented(in: value, at: path)
    }

    private func undocumented(in value: JSON, at path: String) -> [String] {
        guard layers.allSatisfy({ $0["anyOf"] == .null && $0["oneOf"] == .null }),
            layers.allSatisfy({ $0["additionalProperties"] == .null })
        else { return [] }
        let known = Set(layers.flatMap { $0["properties"].members.keys })
        return value.members.keys.filter { !known.contains($0) }.sorted().map {
            "\(path).\($0) is not in the document"
        }
    }

    private func faults(in value: JSON, by layer: JSON, at path: String) -> [String] {
        var faults = typeFaults(of: value, by: layer, at: path)
        let words = layer["enum"].elements
        if !words.isEmpty, !words.contains(value) { faults.append("\(path) is none of the enum") }
        if layer["const"] != .null, layer["const"] != value {
            faults.append("\(path) is not the constant")
        }
        let branches = (layer["anyOf"].elements + layer["oneOf"].elements).map {
            Schema($0, in: document).faults(in: value, at: path)
        }
        let fitting = branches.count(where: \.isEmpty)
        if !branches.isEmpty, fitting == 0 { faults += branches.flatMap { $0 } }
        if layer["oneOf"] != .null, fitting > 1 { faults.append("\(path) fits several of oneOf") }
        switch value {
        case .object(let members): faults += memberFaults(of: members, by: layer, at: path)
        case .array(let elements): faults += elementFaults(of: elements, by: layer, at: path)
        case .string(let text): faults += textFaults(of: text, by: layer, at: path)
        case .integer(let number):
            if let least = layer["minimum"].integer, number < least {
                faults.append("\(path) is below \(least)")
            }
            if let most = layer["maximum"].integer, number > most {
                faults.append("\(path) is above \(most)")
            }
        case .boolean, .null: break
        }
        return faults
    }

    private func typeFaults(of value: JSON, by layer: JSON, at path: String) -> [String] {
        guard layer["type"] != .null else { return [] }
        let types = layer["type"].string.map { [$0] } ?? layer["type"].elements.compactMap(\.string)
        return types.contains(value.typeName)
            ? [] : ["\(path) is \(value.typeName), not \(types.joined(separator: " or "))"]
    }

    private func memberFaults(
        of members: [String: JSON], by layer: JSON, at path: String
    ) -> [String] {
        var faults: [String] = []
        for name in layer["required"].elements.compactMap(\.string) where members[name] == nil {
            faults.append("\(path).\(name) is missing")
        }
        if let most = layer["maxProperties"].integer, members.count > most {
            faults.append("\(path) has more than \(most) members")
        }
        for (name, member) in members {
            if layer["additionalProperties"] == .boolean(false),
                layer["properties"].members[name] == nil
            {
                faults.append("\(path).\(name) is not allowed")
            }
            if layer["propertyNames"] != .null {
                faults += Schema(layer["propertyNames"], in: document)
                    .faults(in: .string(name), at: "the name of \(path).\(name)")
            }
            if let schema = layer["properties"].members[name]
                ?? layer["additionalProperties"].schema
            {
                faults += Schema(schema, in: document).faults(in: member, at: "\(path).\(name)")
            }
        }
        return faults
    }

    private func elementFaults(of elements: [JSON], by layer: JSON, at path: String) -> [String] {
        var faults: [String] = []
        if let least = layer["minItems"].integer, elements.count < least {
            faults.append("\(path) has less than \(least) elements")
        }
        if let most = layer["maxItems"].integer, elements.count > most {
            faults.append("\(path) has more than \(most) elements")
        }
        if layer["items"] != .null {
            let schema = Schema(layer["items"], in: document)
            for (index, element) in elements.enumerated() {
                faults += schema.faults(in: element, at: "\(path)[\(index)]")
            }
        }
        return faults
    }

    private func textFaults(of text: String, by layer: JSON, at path: String) -> [String] {
        var faults: [String] = []
        if let least = layer["minLength"].integer, text.unicodeScalars.count < least {
            faults.append("\(path) is shorter than \(least)")
        }
        if let most = layer["maxLength"].integer, text.unicodeScalars.count > most {
            faults.append("\(path) is longer than \(most)")
        }
        if let pattern = layer["pattern"].string {
            let matches = (try? Regex(pattern)).map { text.contains($0) } ?? false
            if !matches { faults.append("\(path) does not match \(pattern): '\(text)'") }
        }
        if layer["format"].string == "date-time", RFC3339.parse(text) == nil {
            faults.append("\(path) is no RFC 3339 time: '\(text)'")
        }
        return faults
    }
}

extension JSON {
    /// What JSON Schema calls it.
    fileprivate var typeName: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .integer: "integer"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// A schema that stands where `true` may stand as well.
    fileprivate var schema: JSON? { if case .object = self { self } else { nil } }
}
