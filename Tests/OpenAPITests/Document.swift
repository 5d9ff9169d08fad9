import Contracts
import LocalStack

/// An OpenAPI document, as a stranger reads it.
struct Document: Sendable {
    let root: JSON

    /// One method of one path.
    struct Operation: Sendable, CustomStringConvertible {
        /// In upper case.
        let method: String
        let path: String
        let node: JSON

        var id: String { node["operationId"].string ?? "" }
        var description: String { "\(method) \(path)" }
        /// Whether it is a request of business, with a token, and not a probe.
        var isGuarded: Bool { path.hasPrefix("/v1/") }
        /// The scope that a token needs.
        var scope: String? { node["security"].elements.first?["bearer"].elements.first?.string }
    }

    /// Throws `DecodingError` for what is not JSON, or has a fraction.
    init(_ bytes: [UInt8]) throws {
        root = try WireJSON.decode(from: bytes)
    }

    /// In the order of their paths.
    var operations: [Operation] {
        root["paths"].members.sorted { $0.key < $1.key }.flatMap { path, item in
            item.members.sorted { $0.key < $1.key }.map { method, node in
                Operation(method: method.uppercased(), path: path, node: node)
            }
        }
    }

    /// What a reference leads to, through as many as there are; anything else is itself. `nil` if it
    /// leads nowhere.
    func resolved(_ node: JSON) -> JSON? {
        var node = node
        for _ in 0..<8 {
            guard let reference = node["$ref"].string else { return node }
            guard let target = target(of: reference) else { return nil }
            node = target
        }
        return nil
    }

    /// What stands at `#/components/schemas/Account`.
    func target(of reference: String) -> JSON? {
        guard reference.hasPrefix("#/") else { return nil }
        var node = root
        for name in reference.dropFirst(2).split(separator: "/") { node = node[String(name)] }
        return node == .null ? nil : node
    }

    /// Every reference, and a place where it stands.
    var references: [String: String] {
        var references: [String: String] = [:]
        walk { node, path in
            guard let reference = node["$ref"].string else { return }
            references[reference] = path.joined(separator: "/")
        }
        return references
    }

    /// All that can be referred to, but the security schemes.
    var components: Set<String> {
        Set(
            root["components"].members.filter { $0.key != "securitySchemes" }
                .flatMap { kind, components in
                    components.members.keys.map { "#/components/\(kind)/\($0)" }
                })
    }

    func parameters(of operation: Operation) -> [JSON] {
        operation.node["parameters"].elements.compactMap(resolved)
    }

    /// The answer of a status; `nil` if the operation has none.
    func response(_ status: Int, of operation: Operation) -> JSON? {
        guard let node = operation.node["responses"].members["\(status)"] else { return nil }
        return resolved(node)
    }

    /// The codes that an operation may be refused with, by status.
    func codes(of response: JSON) -> [String] {
        response["content"]["application/problem+json"]["schema"]["properties"]["code"]["enum"]
            .elements.compactMap(\.string)
    }

    /// Every node of the document, with the path to it.
    func walk(_ visit: (JSON, [String]) -> Void) {
        func walk(_ node: JSON, _ path: [String]) {
            visit(node, path)
            for (name, member) in node.members { walk(member, path + [name]) }
            for (index, element) in node.elements.enumerated() {
                walk(element, path + ["\(index)"])
            }
        }
        walk(root, [])
    }
}

extension JSON {
    /// The members of an object; none of anything else.
    var members: [String: JSON] { if case .object(let members) = self { members } else { [:] } }
}
