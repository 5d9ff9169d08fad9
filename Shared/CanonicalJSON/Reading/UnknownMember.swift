/// A member that nobody asks for: a name's node, and that of the object which it is in.
struct UnknownMember: Error {
    let name: Int
    let object: Int
}

/// Names that are asked for and not there.
final class Misses {
    private var all: [(name: String, object: Int)] = []

    func note(_ name: String, in object: Int) { all.append((name, object)) }

    /// What an object might have, as it would be written.
    func names(in object: Int) -> [String] {
        all.filter { $0.object == object }.map { SnakeCase.name($0.name) }
    }
}

extension Document {
    /// Throws `UnknownMember` if there is one, now that everything has been read.
    func refuseUnknown() throws {
        guard naming == .exactSnakeCase else { return }
        for (place, node) in nodes.enumerated() where node.kind == .object {
            try refuseUnknown(in: place) { _ in false }
        }
    }

    /// Throws `UnknownMember` for a member of an object that nobody has asked for, nor is about to:
    /// of which `isAwaited`, given the program's name for it, says no. A type that reads an object
    /// by two sets of names therefore reads first the one of which none must be there.
    func refuseUnknown(in object: Int, isAwaited: (String) -> Bool) throws {
        var name = object + 1
        while name < nodes[object].end {
            if !isKnown(name), !isOne(name, isAwaited) {
                throw UnknownMember(name: name, object: object)
            }
            name = Int(nodes[name + 1].end)
        }
    }

    private func isOne(_ name: Int, _ isAwaited: (String) -> Bool) -> Bool {
        let (written, converted) = withText { text in
            (text.string(nodes[name]), text.name(nodes[name], inCamelCase: true))
        }
        return SnakeCase.name(converted) == written && isAwaited(converted)
    }

    func fault(_ unknown: UnknownMember, among names: [String]) -> JSONFault {
        let written = withText { $0.string(nodes[unknown.name]) }
        let meant = Misspelling.meant(by: written, among: names)
        return JSONFault(
            kind: .unknown,
            reason: "There is no such member." + (meant.map { " Did you mean '\($0)'?" } ?? ""),
            path: FieldPath.text(path(to: unknown.name + 1)))
    }
}
