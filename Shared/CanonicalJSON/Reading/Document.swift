import FoundationEssentials

/// Reads a time; `nil` for what is none.
typealias DateReader = @Sendable (String) -> Date?

/// A text and what the parser made of it. A place is that of a node, always of a value and never of
/// a member's name.
///
/// A class, because each decoder that `Decodable` is handed keeps it.
final class Document {
    let nodes: [Node]
    let naming: Naming
    /// Where names are noted that are asked for in vain.
    let misses: Misses?
    /// The members of a request that somebody asked for, by the nodes of their names. Of a text of
    /// ours none: what is added to it later is unknown to older programs, which leave it alone.
    ///
    /// A document is read by one task, from one place at a time. To check that at run time was a
    /// tenth of the time that a small transfer takes to be read (2026-11).
    @exclusivity(unchecked) private var isAskedFor: [Bool]
    private let bytes: [UInt8]
    private let dates: DateReader

    init(
        _ bytes: [UInt8], _ strictness: JSONStrictness, _ dates: @escaping DateReader,
        misses: Misses? = nil
    ) throws(JSONFault) {
        nodes = try Parser.nodes(of: bytes, strictness)
        naming = strictness == .request ? .exactSnakeCase : .snakeCase
        isAskedFor = Array(repeating: false, count: strictness == .request ? nodes.count : 0)
        self.misses = misses
        self.bytes = bytes
        self.dates = dates
    }

    func withText<Result>(_ read: (Text) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBufferPointer(read)
    }

    /// Remembers that somebody knows a member.
    func askFor(_ name: Int) {
        if !isAskedFor.isEmpty { isAskedFor[name] = true }
    }

    /// Whether somebody knows a member, or need not.
    func isKnown(_ name: Int) -> Bool { isAskedFor.isEmpty || isAskedFor[name] }

    // MARK: Values

    func isNull(at place: Int) -> Bool { nodes[place].kind == .null }

    func boolean(at place: Int) throws -> Bool {
        switch nodes[place].kind {
        case .yes: true
        case .no: false
        default: throw mismatch(Bool.self, at: place)
        }
    }

    func string(at place: Int) throws -> String {
        let node = nodes[place]
        guard node.kind == .string || node.kind == .escapedString else {
            throw mismatch(String.self, at: place)
        }
        return withText { $0.string(node) }
    }

    func integer<Integer: FixedWidthInteger>(at place: Int) throws -> Integer {
        let node = nodes[place]
        let read: Integer?
        switch node.kind {
        case .integer:
            read = withText { Digits.integer($0.bytes(of: node), as: Integer.self) }
        case .number:
            read = withText { Digits.wholeNumber($0.bytes(of: node), as: Integer.self) }
        default:
            throw mismatch(Integer.self, at: place)
        }
        guard let read else {
            throw corrupted("It must be an integer from \(Integer.min) to \(Integer.max).", place)
        }
        return read
    }

    func number<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        at place: Int
    ) throws -> Number {
        let node = nodes[place]
        guard node.kind == .integer || node.kind == .number else {
            throw mismatch(Number.self, at: place)
        }
        guard let number = Number(withText { $0.string(node) }), number.isFinite else {
            throw corrupted("The number is too large.", place)
        }
        return number
    }

    func value<Value: Decodable>(of type: Value.Type, at place: Int) throws -> Value {
        if Value.self == Date.self { return try known(date(at: place), place) }
        if Value.self == [String: String].self { return try known(pairs(at: place), place) }
        return try Value(from: ValueDecoder(document: self, place: place, type: Value.self))
    }

    /// A value whose type is known to be the one that is asked for.
    private func known<Value>(_ value: some Any, _ place: Int) throws -> Value {
        guard let value = value as? Value else { throw mismatch(Value.self, at: place) }
        return value
    }

    /// What a dictionary would read by itself, at many times the cost.
    private func pairs(at place: Int) throws -> [String: String] {
        guard nodes[place].kind == .object else { throw mismatch([String: Any].self, at: place) }
        var pairs: [String: String] = [:]
        pairs.reserveCapacity(Int(nodes[place].length))
        var name = place + 1
        while name < nodes[place].end {
            let value = try string(at: name + 1)
            let key = try string(at: name)
            if pairs[key] == nil { pairs[key] = value }
            askFor(name)
            name = Int(nodes[name + 1].end)
        }
        return pairs
    }

    private func date(at place: Int) throws -> Date {
        let text = try string(at: place)
        guard let date = dates(text) else {
            throw corrupted("'\(text)' is not an RFC 3339 time", place)
        }
        return date
    }
}
