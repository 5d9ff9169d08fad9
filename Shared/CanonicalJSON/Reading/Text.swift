/// A text, borrowed while it is read. Nodes tell which of its bytes are meant: those that the
/// parser made of it, so that they are inside.
typealias Text = UnsafeBufferPointer<UInt8>

extension Text {
    /// What a node covers.
    func bytes(of node: Node) -> Text { Text(rebasing: self[node.bytes]) }

    /// What a string says.
    func string(_ node: Node) -> String {
        let bytes = bytes(of: node)
        return node.kind == .escapedString
            ? String(decoding: Escape.undone(in: bytes), as: UTF8.self)
            : String(decoding: bytes, as: UTF8.self)
    }

    /// Whether two strings say the same.
    func says(_ node: Node, sameAs other: Node) -> Bool {
        if node.kind == .string && other.kind == .string {
            return bytes(of: node).elementsEqual(bytes(of: other))
        }
        return string(node) == string(other)
    }

    /// A member's name, as it is or as the program spells it.
    func name(_ node: Node, inCamelCase: Bool) -> String {
        guard inCamelCase else { return string(node) }
        guard node.kind == .escapedString else { return SnakeCase.camelCase(bytes(of: node)) }
        return Escape.undone(in: bytes(of: node)).withUnsafeBufferPointer(SnakeCase.camelCase)
    }

    /// Whether a member's name is the one wanted.
    @inline(__always)
    func isName(_ node: Node, _ wanted: Text, by naming: Naming) -> Bool {
        guard node.kind == .escapedString else {
            return naming.isName(bytes(of: node), of: wanted)
        }
        return Escape.undone(in: bytes(of: node)).withUnsafeBufferPointer {
            naming.isName($0, of: wanted)
        }
    }
}
