import Postgres
import TestSupport
import Testing

@Suite("The pgoutput decoder", .tags(.unit))
struct PgOutputTests {
    /// Bytes from numbers of a given width and text, as the protocol writes them.
    private struct Message {
        var bytes: [UInt8] = []

        func u8(_ value: UInt8) -> Message { with(value) }
        func i16(_ value: Int16) -> Message { with(value) }
        func i32(_ value: Int32) -> Message { with(value) }
        func u64(_ value: UInt64) -> Message { with(value) }
        func kind(_ character: Unicode.Scalar) -> Message { with(UInt8(ascii: character)) }
        func raw(_ more: [UInt8]) -> Message { Message(bytes: bytes + more) }
        func text(_ text: String) -> Message { raw(Array(text.utf8) + [0]) }

        private func with(_ value: some FixedWidthInteger) -> Message {
            withUnsafeBytes(of: value.bigEndian) { raw(Array($0)) }
        }
    }

    private static let begin =
        Message().kind("B").u64(0x16_B374_D848).u64(1_000_000).i32(4711).bytes
    private static let commit =
        Message().kind("C").u8(0).u64(0x10).u64(0x20).u64(5).bytes
    private static let relation =
        Message().kind("R").i32(16_400).text("public").text("outbox").kind("d").i16(2)
        .u8(1).text("id").i32(2950).i32(-1)
        .u8(0).text("topic").i32(25).i32(-1).bytes
    private static let insert =
        Message().kind("I").i32(16_400).kind("N").i16(4)
        .kind("n").kind("u").kind("t").i32(2).raw([0x61, 0x62]).kind("b").i32(0).bytes

    private func decode<Value>(
        _ bytes: [UInt8], _ read: (PgOutput.Message) throws -> Value
    ) throws -> Value {
        // Not the array's own memory, which is larger than its bytes: so the address sanitizer
        // sees a byte too far.
        let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { exact.deallocate() }
        exact.copyBytes(from: bytes)
        return try read(try PgOutput.decode(UnsafeRawBufferPointer(exact)))
    }

    private struct OtherMessage: Error {}

    @Test("a transaction's borders carry its positions")
    func borders() throws {
        let begin = try decode(Self.begin) { message in
            guard case .begin(let begin) = message else { throw OtherMessage() }
            return begin
        }
        #expect(begin.finalLSN.description == "16/B374D848")
        #expect(begin.committedAt == 1_000_000)
        #expect(begin.transactionID == 4711)
        let commit = try decode(Self.commit) { message in
            guard case .commit(let commit) = message else { throw OtherMessage() }
            return commit
        }
        #expect(commit.commitLSN == LSN(rawValue: 0x10))
        #expect(commit.endLSN == LSN(rawValue: 0x20))
        #expect(commit.committedAt == 5)
    }

    @Test("a relation names its columns and their types")
    func relations() throws {
        let relation = try decode(Self.relation) { message in
            guard case .relation(let relation) = message else { throw OtherMessage() }
            return relation
        }
        #expect(relation.id == 16_400)
        #expect(relation.schema == "public")
        #expect(relation.name == "outbox")
        #expect(relation.columns.map(\.name) == ["id", "topic"])
        #expect(relation.columns.map(\.type) == [2950, 25])
        #expect(relation.index(of: "topic") == 1)
        #expect(relation.index(of: "none") == nil)
    }

    @Test("an insert's values are NULL, unchanged, text or binary")
    func inserts() throws {
        try decode(Self.insert) { message in
            guard case .insert(let insert) = message else { throw OtherMessage() }
            #expect(insert.relation == 16_400)
            try #require(insert.values.count == 4)
            guard case .null = insert.values[0], case .unchanged = insert.values[1],
                case .text(let text) = insert.values[2],
                case .binary(let binary) = insert.values[3]
            else { throw OtherMessage() }
            #expect(Array(text) == [0x61, 0x62])
            #expect(binary.isEmpty)
        }
    }

    @Test("messages that say nothing about inserts are ignored")
    func ignored() throws {
        try decode(Message().kind("Y").i32(1).bytes) { message in
            guard case .ignored(UInt8(ascii: "Y")) = message else { throw OtherMessage() }
        }
    }

    @Test("a message cut short anywhere, or with something behind it, is malformed")
    func truncated() {
        for message in [Self.begin, Self.commit, Self.relation, Self.insert] {
            for length in 0..<message.count { expectMalformed(Array(message.prefix(length))) }
            expectMalformed(message + [0])
        }
    }

    @Test("counts, lengths and kinds that lie are malformed")
    func lies() {
        let insert = Message().kind("I").i32(1).kind("N")
        expectMalformed(insert.i16(-1).bytes)
        expectMalformed(insert.i16(.max).bytes)
        expectMalformed(insert.i16(1).kind("t").i32(-5).bytes)
        expectMalformed(insert.i16(1).kind("b").i32(.max).raw([1]).bytes)
        expectMalformed(insert.i16(1).kind("?").bytes)
        expectMalformed(Message().kind("I").i32(1).kind("K").i16(0).bytes)
    }

    private func expectMalformed(_ bytes: [UInt8]) {
        let error = #expect(throws: PostgresError.self, "\(bytes)") {
            try decode(bytes) { _ in }
        }
        #expect(error?.code == .malformedMessage)
    }

    @Test("no garbage reads beyond the buffer or crashes")
    func fuzz() {
        var random = SeededRandom.fromEnvironment()
        print("pgoutput fuzz: \(random)")
        let originals = [Self.begin, Self.commit, Self.relation, Self.insert]
        for round in 0..<20_000 {
            var bytes = originals[round % originals.count]
            for _ in 0...Int.random(in: 0...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random) / 4)
            try? decode(bytes) { message in
                guard case .insert(let insert) = message else { return }
                for case .binary(let value) in insert.values { _ = value.reduce(0, &+) }
            }
        }
    }

    @Test("a log position is written as Postgres writes it, and read back")
    func positions() {
        #expect(LSN("16/B374D848") == LSN(rawValue: 0x16_B374_D848))
        #expect(LSN(rawValue: 0x1_0000_000A).description == "1/A")
        #expect(LSN.zero < LSN(rawValue: 1))
        for text in ["", "1", "1/", "/1", "1/2/3", "G/1", "1/100000000"] {
            #expect(LSN(text) == nil, "\(text)")
        }
    }
}
