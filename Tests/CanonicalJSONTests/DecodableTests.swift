import CanonicalJSON
import FoundationEssentials
import TestSupport
import Testing

@Suite("Every kind of Decodable is read as Foundation reads it", .tags(.unit))
struct DecodableTests {
    @Test("structures, their optionals, enums, times and dictionaries")
    func structures() throws {
        try expectAlike(
            #"""
            {"order_id":7,"is_paid":true,"ratio":0.5,"note":null,"tags":["a","\u00e9"],
             "kind":"large","choice":{"with":{"unit_price":3}},"paid_at":"12.5","u8":255,
             "labels":{"order_id":"x","camelCase":"y"},"by_number":{"1":"one","10":"ten"},
             "matrix":[[1,null],[]],"parts":[{"order_id":8,"tags":[],"kind":"small",
             "labels":{},"by_number":{},"matrix":[],"parts":[],"u8":0,"ratio":1}],
             "id":"0190163D-8694-739b-aea5-966c26f8ad91","unknown":[{}]}
            """#, Order.self)
    }

    @Test("containers that are asked for by hand")
    func byHand() throws {
        try expectAlike(
            #"{"two_words":{"twice":"x"},"list":[1,null,{"twice":"y"},["deep"],true],"super":5}"#,
            ByHand.self)
    }

    @Test("classes, whose superclass is a member")
    func classes() throws {
        let text = #"{"name":"x","super":{"number":3}}"#
        let ours: Derived = try Reading.ours(text.utf8)
        #expect(ours.name == "x")
        #expect(ours.number == 3)
    }

    @Test("an array says where it is, and ends")
    func arrays() throws {
        try expectAlike(#"[1,2,3]"#, Counted.self)
        #expect(throws: DecodingError.self) { try Reading.ours("[1]".utf8, as: TooMany.self) }
    }

    @Test("an object with a hundred thousand members is read in no time to speak of")
    func largeObjects() throws {
        let members = (0..<100_000).map { #""\#($0)":\#($0)"# }.joined(separator: ",")
        let numbers: [Int: Int] = try Reading.ours("{\(members)}".utf8)
        #expect(numbers.count == 100_000)
        #expect(numbers[99_999] == 99_999)
    }

    @Test("of two members with one name, the first counts, in small objects and large")
    func firstCounts() throws {
        for filler in [0, 100] {
            let more = (0..<filler).map { #""f\#($0)":0,"# }.joined()
            let text = #"{"two_words":1,\#(more)"twoWords":2}"#
            try expectAlike(text, TwoWords.self)
            #expect(try Reading.ours(text.utf8, as: TwoWords.self).twoWords == 1)
            try expectAlike(text, [String: Int].self)
        }
        try expectAlike(#"{"a":"1","\u0061":"2"}"#, [String: String].self)
        try expectAlike(#"{"two\u005fwords":3}"#, TwoWords.self)
    }

    @Test(
        "errors have Foundation's case and its path",
        arguments: [
            "{}", "[]", "null", "7", #"{"inner":{}}"#, #"{"inner":null}"#,
            #"{"inner":{"list":{}}}"#, #"{"inner":{"list":[{"n":1},{"n":"x"}]}}"#,
            #"{"inner":{"list":[{"n":1},{}]}}"#, #"{"inner":{"list":[{"n":1},null]}}"#,
            #"{"inner":{"list":[],"map":{"a_b":1,"c":"x"}}}"#,
            #"{"inner":{"list":[],"text":{"a":1}}}"#, #"{"inner":{"list":[],"at":"never"}}"#,
            #"{"inner":{"list":[],"at":7}}"#, #"{"inner":{"list":[],"kind":"huge"}}"#,
        ])
    func errors(_ text: String) throws {
        let ours = #expect(throws: DecodingError.self) {
            try Reading.ours(text.utf8, as: Whole.self)
        }
        let theirs = #expect(throws: DecodingError.self) {
            try Reading.foundations(text.utf8, as: Whole.self)
        }
        #expect(try outline(#require(ours)) == outline(#require(theirs)))
    }

    /// The case and the path of an error.
    private func outline(_ error: DecodingError) -> String {
        func text(_ path: [any CodingKey]) -> String {
            path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context):
            "no \(key.stringValue) in \(text(context.codingPath))"
        case .valueNotFound(_, let context): "null at \(text(context.codingPath))"
        case .typeMismatch(_, let context): "another type at \(text(context.codingPath))"
        case .dataCorrupted(let context): "corrupted at \(text(context.codingPath))"
        @unknown default: "\(error)"
        }
    }

    private func expectAlike<Value: Decodable & Equatable>(
        _ text: String, _ type: Value.Type
    ) throws {
        let theirs = try Reading.foundations(text.utf8, as: type)
        #expect(try Reading.ours(text.utf8, as: type) == theirs)
    }
}

private struct Order: Decodable, Equatable {
    enum Kind: String, Decodable { case small, large }
    enum Choice: Decodable, Equatable {
        case plain
        case with(unitPrice: Int, note: String?)
    }

    let orderId: Int32
    let isPaid: Bool?
    let ratio: Double
    let note: String?
    let tags: [String]
    let kind: Kind
    let choice: Choice?
    let paidAt: Date?
    let u8: UInt8
    let labels: [String: String]
    let byNumber: [Int: String]
    let matrix: [[Int?]]
    let parts: [Order]
    let id: UUID?
}

private struct TwoWords: Decodable, Equatable {
    let twoWords: Int
}

private struct ByHand: Decodable, Equatable {
    enum Key: String, CodingKey { case twoWords, list, twice, missing }

    let read: [String]

    init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Key.self)
        let nested = try object.nestedContainer(keyedBy: Key.self, forKey: .twoWords)
        var list = try object.nestedUnkeyedContainer(forKey: .list)
        var read = [try nested.decode(String.self, forKey: .twice), "\(list.count ?? -1)"]
        read.append("\(try list.decodeNil()) \(try list.decode(Int.self)) \(try list.decodeNil())")
        let inList = try list.nestedContainer(keyedBy: Key.self)
        read.append(try inList.decode(String.self, forKey: .twice))
        var listInList = try list.nestedUnkeyedContainer()
        read.append("\(try listInList.decode(String.self)) \(listInList.isAtEnd)")
        read.append("\(try Bool(from: list.superDecoder())) \(list.currentIndex) \(list.isAtEnd)")
        read.append("\(object.contains(.missing)) \(object.contains(.list))")
        read.append("\(object.allKeys.count) \(try Int(from: object.superDecoder()))")
        read.append(
            try nested.superDecoder(forKey: .twice).singleValueContainer().decode(String.self))
        self.read = read
    }
}

private class Base: Decodable {
    let number: Int
}

private final class Derived: Base {
    private enum Keys: String, CodingKey { case name }

    let name: String

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        name = try container.decode(String.self, forKey: .name)
        try super.init(from: container.superDecoder())
    }
}

private struct Counted: Decodable, Equatable {
    let indexes: [Int]

    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        var indexes: [Int] = []
        while !list.isAtEnd {
            // What is no text is not passed.
            #expect(throws: DecodingError.self) { try list.decode(String.self) }
            indexes += [list.currentIndex, try list.decode(Int.self)]
        }
        self.indexes = indexes
    }
}

private struct TooMany: Decodable {
    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        _ = try list.decode(Int.self)
        _ = try list.decode(Int.self)
    }
}

private struct Whole: Decodable {
    struct Item: Decodable { let n: Int }
    enum Kind: String, Decodable { case small, large }
    struct Inner: Decodable {
        let list: [Item]
        let map: [String: Int]?
        let text: [String: String]?
        let at: Date?
        let kind: Kind?
        let missing: Int?
    }

    let inner: Inner
    let last: Int
}
