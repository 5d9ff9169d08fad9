import CanonicalJSON

/// Which query parameters a route has. Any other is refused: a filter that is misspelt and then
/// ignored would answer with what was not asked for.
struct QueryParameters: Equatable, Sendable {
    private var names: Set<String> = []
    /// Of those that are objects, each with its dot: `metadata.` for `metadata.order=7`.
    private var prefixes: Set<String> = []

    /// As an OpenAPI document describes them; `nil` if it does not describe the route.
    init?(of method: String, at path: String, in document: StoredJSON) {
        guard let route = document["paths"]?[path]?[method.lowercased()] else { return nil }
        for described in route["parameters"]?.elements ?? [] {
            let parameter = document.resolving(described)
            guard parameter["in"] == .string("query"), case .string(let name)? = parameter["name"]
            else { continue }
            if parameter["schema"]?["type"] == .string("object") {
                prefixes.insert(name + ".")
            } else {
                names.insert(name)
            }
        }
    }

    /// Throws 400 `unknown-parameter` for a name that the route has not.
    func check(_ items: [String: String]) throws(Problem) {
        guard let unknown = items.keys.filter({ !isKnown($0) }).min() else { return }
        let meant = Misspelling.meant(by: unknown, among: names.union(prefixes).sorted())
        throw Problem(
            status: 400, code: HostCode.unknownParameter,
            detail: "There is no such parameter." + (meant.map { " Did you mean '\($0)'?" } ?? ""),
            field: unknown)
    }

    private func isKnown(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }
}

extension StoredJSON {
    fileprivate subscript(name: String) -> StoredJSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    fileprivate var elements: [StoredJSON] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// What a reference within this document points to, or the value itself.
    fileprivate func resolving(_ value: StoredJSON) -> StoredJSON {
        guard case .string(let reference)? = value["$ref"] else { return value }
        let steps = reference.split(separator: "/").dropFirst()
        return steps.reduce(self as StoredJSON?) { $0?[String($1)] } ?? value
    }
}
