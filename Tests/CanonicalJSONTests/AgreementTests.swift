import FoundationEssentials
import TestSupport
import Testing

@testable import CanonicalJSON

@Suite("JSON is read as Foundation reads it", .tags(.unit))
struct AgreementTests {
    @Test("for documents of every shape")
    func documents() throws {
        let random = SeededRandom.fromEnvironment()
        var writer = DocumentWriter(random: random)
        for _ in 0..<2_000 {
            let text = writer.document()
            let ours: Anything = try Reading.ours(text.utf8)
            let theirs: Anything = try Reading.foundations(text.utf8)
            try #require(ours == theirs, "\(random): \(text)")
        }
    }

    @Test("for what is left of documents that were damaged")
    func damagedDocuments() throws {
        let seed = SeededRandom.fromEnvironment()
        var writer = DocumentWriter(random: seed)
        var accepted = 0
        for _ in 0..<10_000 {
            var bytes = Array(writer.document(depth: 2).utf8)
            for _ in 0..<Int.random(in: 1...3, using: &writer.random) {
                damage(&bytes, &writer.random)
            }
            _ = try? Parser.nodes(of: bytes, .request)
            guard let ours = try? Reading.ours(bytes, as: Anything.self) else { continue }
            accepted += 1
            let theirs = try? Reading.foundations(bytes, as: Anything.self)
            try #require(ours == theirs, "\(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(accepted > 500, "\(seed): damage must leave some of them readable")
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard let place = bytes.indices.randomElement(using: &random) else { return }
        let tokens = Array(#"{}[]",:\u0129.-+eE tfn_"#.utf8)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes[place] = tokens.randomElement(using: &random) ?? 0
        case 2: bytes.remove(at: place)
        default: bytes.insert(tokens.randomElement(using: &random) ?? 0, at: place)
        }
    }

    @Test("for integers of every width, however they are written")
    func integers() throws {
        let texts = [
            "0", "-0", "1", "-1", "127", "128", "-128", "-129", "255", "256", "65535", "65536",
            "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
            "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
            "18446744073709551616", "1.0", "100.0", "1e2", "1.5e1", "-2.50e1", "1.5", "0.1", "1e-1",
            "10e-1", "1e18", "1e19", "1e20", "0e0", "-0.0", "9007199254740993.0", "123456789e-3",
            "1e400", "1E+1", "999999999999999999999999999999", "null", "true", "\"1\"",
            "[]",
        ]
        for text in texts {
            try expectAlike(text, Int.self)
            try expectAlike(text, Int8.self)
            try expectAlike(text, Int16.self)
            try expectAlike(text, Int32.self)
            try expectAlike(text, Int64.self)
            try expectAlike(text, UInt.self)
            try expectAlike(text, UInt8.self)
            try expectAlike(text, UInt16.self)
            try expectAlike(text, UInt32.self)
            try expectAlike(text, UInt64.self)
            try expectAlike(text, Double.self)
            try expectAlike(text, Float.self)
            try expectAlike(text, Bool.self)
            try expectAlike(text, String.self)
            try expectAlike(text, Optional<Int>.self)
        }
    }

    @Test("for any integer")
    func anyInteger() throws {
        var random = SeededRandom.fromEnvironment()
        let integers = (0..<2_000).map { _ in
            Int64.random(in: .min ... .max, using: &random)
                >> Int64.random(in: 0..<64, using: &random)
        }
        let read: [Int64] = try Reading.ours("\(integers)".utf8)
        #expect(read == integers, "\(random)")
    }

    @Test("but for what Foundation gets wrong, and for what would take for ever")
    func exactness() throws {
        #expect(try Reading.foundations("1.0000000000000001".utf8, as: Int.self) == 1)
        #expect(throws: DecodingError.self) {
            try Reading.ours("1.0000000000000001".utf8, as: Int.self)
        }
        #expect(throws: DecodingError.self) {
            try Reading.foundations("0.000e9".utf8, as: Double.self)
        }
        #expect(try Reading.ours("0.000e9".utf8, as: Double.self) == 0)
        let endless = "1e99999999999999999999"
        #expect(throws: DecodingError.self) { try Reading.ours(endless.utf8, as: Int.self) }
        let tooMany = "1000e9223372036854775807"
        #expect(throws: DecodingError.self) { try Reading.ours(tooMany.utf8, as: Int.self) }
    }

    @Test("for names in snake case, in camel case and in neither")
    func names() throws {
        let seed = SeededRandom.fromEnvironment()
        var random = seed
        let letters = Array("aabbZ_11-_.")
        for _ in 0..<2_000 {
            let names = (0..<3).map { _ in
                String(
                    (0..<6).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
            }
            let text = #"{"\#(names[0])":0,"\#(names[1])":1,"\#(names[2])":2,"plain":3}"#
            let ours: Members = try Reading.ours(text.utf8)
            let theirs: Members = try Reading.foundations(text.utf8)
            try #require(ours.values == theirs.values, "\(seed): \(text)")
        }
    }

    private func expectAlike<Value: Decodable & Equatable>(
        _ text: String, _ type: Value.Type
    ) throws {
        let ours = try? Reading.ours(text.utf8, as: type)
        let theirs = try? Reading.foundations(text.utf8, as: type)
        #expect(ours == theirs, "\(text) as \(type)")
    }
}

/// What an object holds under the program's names.
private struct Members: Decodable {
    struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    let values: [String: Int]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        var values: [String: Int] = [:]
        for key in container.allKeys {
            values[key.stringValue] = try container.decode(Int.self, forKey: key)
        }
        self.values = values
    }
}
