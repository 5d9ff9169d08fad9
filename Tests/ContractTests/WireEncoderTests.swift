import Contracts
import FoundationEssentials
import Testing

/// Our encoder against Foundation's, told to write the same form.
@Suite("JSON is written as Foundation writes it")
struct WireEncoderTests {
    @Test("for text of every kind")
    func text() throws {
        let ascii = String(decoding: 0..<128 as Range<UInt8>, as: UTF8.self)
        for value in [ascii, "", "Grüße", "日本", "👩‍👩‍👧", "\u{2028}", "\u{FEFF}a/b", "\u{7F}"] {
            try expectAlike([value])
            try expectAlike([value: value])
        }
    }

    @Test("for numbers at their limits")
    func numbers() throws {
        try expectAlike([Int64.min, -1, 0, 7, 10, Int64.max])
        try expectAlike([UInt64.min, UInt64.max])
        try expectAlike([Int8.min, Int8.max])
        try expectAlike([0.5, 1, -3, 1e21, 0.1, .pi, 1e-7, 5e300])
        #expect(throws: EncodingError.self) { try WireJSON.encode([Double.nan]) }
        #expect(throws: EncodingError.self) { try WireJSON.encode(["x": Double.infinity]) }
    }

    @Test("for the names of members, in snake case and sorted")
    func names() throws {
        try expectAlike(Names())
    }

    @Test("for dictionaries, whose names are data")
    func dictionaries() throws {
        try expectAlike(["orderId": 1, "URL": 2, "_x": 3, "é": 4, "a10": 5, "a9": 6, "B": 7])
        try expectAlike([3: "three", 10: "ten", 1: "one"])
        try expectAlike(["outer": ["innerName": [1, 2]]])
    }

    @Test("for what nests, is missing, or is empty")
    func nesting() throws {
        try expectAlike(Outer(inner: nil, list: [], flag: true, map: [:]))
        try expectAlike(
            Outer(
                inner: Inner(id: PaymentID(), at: Date(timeIntervalSince1970: 1_795_253_400)),
                list: [[nil, 1], []], flag: nil, map: ["k": Inner(id: PaymentID(), at: Date())]))
        try expectAlike([Choice.plain, .with(amount: 3, note: nil)])
    }

    @Test("for containers that are asked for by hand")
    func byHand() throws { try expectAlike(ByHand()) }

    @Test("for a value alone")
    func alone() throws {
        try expectAlike("x")
        try expectAlike(PaymentID())
        try expectAlike(Optional<String>.none)
    }

    private func expectAlike(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(RFC3339.format(date))
        }
        let theirs = String(decoding: try encoder.encode(value), as: UTF8.self)
        let ours = String(decoding: try WireJSON.encode(value), as: UTF8.self)
        #expect(ours == theirs)
    }
}

private struct Names: Encodable {
    var taxBp = 2
    var sourceId = 3
    var a = 1
    var myURLProperty = 4
    var already_snake = 6
    var x1Y2 = 7
    var endsUP = 8
    var _hidden = 9
}

private struct Inner: Encodable {
    let id: PaymentID
    let at: Date
}

private struct Outer: Encodable {
    let inner: Inner?
    let list: [[Int?]]
    let flag: Bool?
    let map: [String: Inner]
}

private enum Choice: Encodable {
    case plain
    case with(amount: Int, note: String?)
}

private struct ByHand: Encodable {
    enum Key: String, CodingKey { case twoWords, list, nested, twice, nothing }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode("first", forKey: .twice)
        var list = object.nestedUnkeyedContainer(forKey: .list)
        try list.encode(1)
        var nested = object.nestedContainer(keyedBy: Key.self, forKey: .nested)
        try nested.encode("x", forKey: .twoWords)
        var inList = list.nestedContainer(keyedBy: Key.self)
        try inList.encodeNil(forKey: .nothing)
        var listInList = list.nestedUnkeyedContainer()
        try listInList.encode("deep")
        try "late".encode(to: list.superEncoder())
        try object.encode("last", forKey: .twice)
        try 5.encode(to: object.superEncoder(forKey: .twoWords))
        var again = encoder.container(keyedBy: Key.self)
        try again.encodeNil(forKey: .nothing)
    }
}
