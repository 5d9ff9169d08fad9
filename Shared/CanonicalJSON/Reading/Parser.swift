/// Turns a text into nodes: in one pass, without recursion, in time and memory that grow with the
/// text and with nothing else.
struct Parser {
    /// An array or an object whose end is not reached.
    struct Open {
        let place: Int
        let isObject: Bool
        /// The node of the member's name that was read last.
        var name = 0
    }

    /// Members among which a name is looked for one by one; beyond it, by their hash.
    private static let fewMembers = 16

    var cursor: Cursor
    let text: Text
    let strictness: JSONStrictness
    var nodes: [Node] = []
    private(set) var open: [Open] = []
    /// The names of the open objects that have many.
    private var names: [Int: Set<String>] = [:]
    /// Whether what is read now is a value of the innermost container, rather than what separates
    /// or names its values.
    private(set) var isInValue = true

    /// Reads a whole text.
    static func nodes(
        of bytes: [UInt8], _ strictness: JSONStrictness
    ) throws(JSONFault) -> [Node] {
        guard bytes.count < Int(UInt32.max) else {
            throw JSONFault(kind: .forbidden, reason: "The text is too large.", path: "")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONFault(kind: .malformed, reason: "The body is not UTF-8.", path: "")
        }
        return try bytes.withUnsafeBufferPointer { text throws(JSONFault) in
            var parser = Parser(text, strictness)
            try parser.document()
            return parser.nodes
        }
    }

    private init(_ text: Text, _ strictness: JSONStrictness) {
        self.text = text
        self.strictness = strictness
        cursor = Cursor(text)
        nodes.reserveCapacity(text.count / 8)
    }

    private mutating func document() throws(JSONFault) {
        repeat {
            while try !isWholeValue() {}
        } while try goesOn()
        cursor.skipSpace()
        guard cursor.isAtEnd else { throw malformed("Something follows the JSON.") }
    }

    /// Reads a value, or the beginning of one that holds others: then it is not whole.
    private mutating func isWholeValue() throws(JSONFault) -> Bool {
        isInValue = true
        cursor.skipSpace()
        switch cursor.next {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"): return try isEmpty(.object, until: "}")
        case UInt8(ascii: "["): return try isEmpty(.array, until: "]")
        case UInt8(ascii: "t"): try word("true", .yes)
        case UInt8(ascii: "f"): try word("false", .no)
        case UInt8(ascii: "n"): try word("null", .null)
        case let byte? where byte.isDigit || byte == UInt8(ascii: "-"): try number()
        default: throw malformed("Expected a value.")
        }
        return true
    }

    /// Goes to the next value after one that is whole; `false` if there is none.
    private mutating func goesOn() throws(JSONFault) -> Bool {
        while let container = open.last {
            isInValue = false
            nodes[container.place].length += 1
            cursor.skipSpace()
            if cursor.take(UInt8(ascii: ",")) {
                if container.isObject { try name() }
                return true
            }
            try expect(container.isObject ? "}" : "]")
            close()
        }
        return false
    }

    // MARK: Containers

    private mutating func isEmpty(
        _ kind: Node.Kind, until end: Unicode.Scalar
    ) throws(JSONFault) -> Bool {
        guard open.count < strictness.maximumDepth else {
            throw fault(.forbidden, "Nested deeper than \(strictness.maximumDepth) levels.")
        }
        open.append(Open(place: nodes.count, isObject: kind == .object))
        nodes.append(Node(kind: kind, start: UInt32(cursor.position), end: 0))
        cursor.advance()
        cursor.skipSpace()
        if cursor.take(UInt8(ascii: end)) {
            close()
            return true
        }
        if kind == .object { try name() }
        return false
    }

    private mutating func close() {
        guard let container = open.popLast() else { return }
        nodes[container.place].end = UInt32(nodes.count)
        if !names.isEmpty { names[container.place] = nil }
    }

    /// Reads a member's name and the colon.
    private mutating func name() throws(JSONFault) {
        isInValue = false
        cursor.skipSpace()
        let place = nodes.count
        try string()
        open[open.count - 1].name = place
        if strictness == .request && isNamedTwice(place) {
            isInValue = true
            throw fault(.forbidden, "The member is there twice.")
        }
        cursor.skipSpace()
        try expect(":")
    }

    private mutating func isNamedTwice(_ place: Int) -> Bool {
        let object = open[open.count - 1].place
        if names[object] != nil {
            return names[object]?.insert(text.string(nodes[place])).inserted == false
        }
        var known: Set<String> = []
        let areMany = nodes[object].length == Self.fewMembers
        var name = object + 1
        while name < place {
            if text.says(nodes[name], sameAs: nodes[place]) { return true }
            if areMany { known.insert(text.string(nodes[name])) }
            name = Int(nodes[name + 1].end)
        }
        if areMany { names[object] = known.union([text.string(nodes[place])]) }
        return false
    }
}
