public import FoundationEssentials

/// What writes its own canonical JSON, for the few kinds of which thousands a second are written:
/// `Encodable` takes 15 us for an event with two entries (a throw-away program, 2026-11).
///
/// It must write what it would encode, its members in the order of their names.
public protocol WritesJSON: Encodable {
    func write(to json: inout JSONText)
}

/// A canonical JSON text that is being written from its front to its end.
public struct JSONText {
    private(set) var bytes: [UInt8] = []
    private let dates: DateWriter
    /// Whether the next member or element is the first one.
    private var isFirst = true

    init(_ dates: @escaping DateWriter) {
        self.dates = dates
        bytes.reserveCapacity(512)
    }

    /// A value that is text, escaped where it must be.
    public mutating func string(_ value: String) { bytes.appendQuoted(value) }

    /// A value that is a whole number.
    public mutating func integer(_ value: Int64) {
        bytes.appendDecimal(value.magnitude, isNegative: value < 0)
    }

    /// A value that is an object; `members` are written in the order of their names.
    public mutating func object(_ members: (inout JSONText) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
        members(&self)
        bytes.append(UInt8(ascii: "}"))
        isFirst = false
    }

    /// A value that is an array, each element of which the closure writes.
    public mutating func array<Element>(
        _ elements: [Element], _ write: (inout JSONText, Element) -> Void
    ) {
        bytes.append(UInt8(ascii: "["))
        isFirst = true
        for element in elements {
            separate()
            write(&self, element)
        }
        bytes.append(UInt8(ascii: "]"))
        isFirst = false
    }

    /// A member whose value the closure writes. The name must need no escape, in this and in all
    /// that follow.
    public mutating func member(_ name: StaticString, _ value: (inout JSONText) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes += [UInt8(ascii: "\""), UInt8(ascii: ":")]
        value(&self)
    }

    public mutating func member(_ name: StaticString, _ value: some WritesJSON) {
        member(name) { value.write(to: &$0) }
    }

    public mutating func member(_ name: StaticString, _ value: String) {
        member(name) { $0.string(value) }
    }

    public mutating func member(_ name: StaticString, _ value: Int64) {
        member(name) { $0.integer(value) }
    }

    public mutating func member(_ name: StaticString, _ value: Bool) {
        member(name) { $0.bytes += (value ? "true" : "false").utf8 }
    }

    public mutating func member(_ name: StaticString, _ value: Date) {
        member(name) { $0.bytes.appendQuoted($0.dates(value)) }
    }

    public mutating func member(_ name: StaticString, _ values: [some WritesJSON]) {
        member(name) { $0.array(values) { json, value in value.write(to: &json) } }
    }

    /// Pairs whose names are data.
    public mutating func member(_ name: StaticString, _ pairs: [String: String]) {
        member(name) { json in
            json.object {
                for (name, value) in pairs.sorted(by: { $0.key < $1.key }) {
                    $0.separate()
                    $0.bytes.appendQuoted(name)
                    $0.bytes.append(UInt8(ascii: ":"))
                    $0.bytes.appendQuoted(value)
                }
            }
        }
    }

    /// A member that is `null`.
    public mutating func null(_ name: StaticString) { member(name) { $0.bytes += "null".utf8 } }

    /// A member that is text, or `null`.
    public mutating func orNull(_ name: StaticString, _ value: String?) {
        if let value { member(name, value) } else { null(name) }
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }
}
