import Contracts
public import Testing

/// Expects that a value that writes its own JSON writes what its members would encode to.
public func expectWrittenAsEncoded(
    _ value: some Encodable, _ comment: @autoclosure () -> Comment = "",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let byHand = String(decoding: try WireJSON.encode(value), as: UTF8.self)
    let byMembers = String(decoding: try WireJSON.encode(ByMembers(value)), as: UTF8.self)
    try #require(byHand == byMembers, comment(), sourceLocation: sourceLocation)
}

/// Encodes a value without letting it write itself.
private struct ByMembers<Value: Encodable>: Encodable {
    let value: Value

    init(_ value: Value) { self.value = value }

    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
