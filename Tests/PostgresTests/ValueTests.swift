import FoundationEssentials
import Postgres
import TestSupport
import Testing

@Suite("Values", .tags(.database))
struct ValueTests {
    private static let scalars = Statement(
        """
        SELECT $1::bool, $2::int2, $3::int4, $4::int8, $5::text, $6::uuid, $7::bytea,
               $8::timestamptz, $9::jsonb
        """)

    @Test("every scalar comes back as it was sent")
    func scalarsRoundTrip() async throws {
        let database = try await Fixture().pool()
        let id = UUID()
        let moment = Date(timeIntervalSince1970: 1_763_683_200.123_456)
        let row = try await database.transaction { tx in
            try #require(
                try tx.query(
                    Self.scalars, true, Int16.min, Int32.max, Int64.min, "Größe 💶", id,
                    [0, 255, 0, 7] as [UInt8], moment, JSONText(#"{"a": [1, null]}"#)
                ).first)
        }
        #expect(try row.read(0, as: Bool.self))
        #expect(try row.read(1, as: Int16.self) == .min)
        #expect(try row.read(2, as: Int32.self) == .max)
        #expect(try row.read(3, as: Int64.self) == .min)
        #expect(try row.read(4, as: String.self) == "Größe 💶")
        #expect(try row.read(5, as: UUID.self) == id)
        #expect(try row.read(6, as: [UInt8].self) == [0, 255, 0, 7])
        let read = try row.read(7, as: Date.self)
        #expect(abs(read.timeIntervalSince(moment)) < 0.000_001)
        #expect(try row.read(8, as: JSONText.self).text == #"{"a": [1, null]}"#)
    }

    @Test("nil is NULL of the right type, and reads back as nil")
    func nulls() async throws {
        let database = try await Fixture().pool()
        let row = try await database.transaction { tx in
            try #require(
                try tx.query(
                    Self.scalars, nil as Bool?, nil as Int16?, nil as Int32?, nil as Int?,
                    nil as String?, nil as UUID?, nil as [UInt8]?, nil as Date?,
                    nil as JSONText?
                ).first)
        }
        #expect(try row.read(0, as: Bool?.self) == nil)
        #expect(try row.read(3, as: Int?.self) == nil)
        #expect(try row.read(6, as: [UInt8]?.self) == nil)
        #expect(try row.read(7, as: Date?.self) == nil)
        let error = #expect(throws: PostgresError.self) { try row.read(4, as: String.self) }
        #expect(error?.code == .unexpectedNull)
    }

    private static let arrays = Statement(
        """
        SELECT $1::int8[], $2::text[], $3::uuid[], $4::bytea[], $5::bool[], $6::timestamptz[],
               $7::text[], $8::int8[], $9::jsonb[]
        """)

    @Test("arrays come back as they were sent, empty ones and ones with NULLs too")
    func arraysRoundTrip() async throws {
        let database = try await Fixture().pool()
        let ids = [UUID(), UUID()]
        let dates: [Date?] = [Date(timeIntervalSince1970: 0), nil]
        let row = try await database.transaction { tx in
            try #require(
                try tx.query(
                    Self.arrays, [1, -2] as [Int64], ["a,b", "{\"}", ""], ids,
                    [[], [0, 1]] as [[UInt8]], [true, false], dates, ["x", nil] as [String?],
                    [] as [Int], [JSONText("{}"), JSONText("[1]")]
                ).first)
        }
        #expect(try row.read(0, as: [Int64].self) == [1, -2])
        #expect(try row.read(1, as: [String].self) == ["a,b", "{\"}", ""])
        #expect(try row.read(2, as: [UUID].self) == ids)
        #expect(try row.read(3, as: [[UInt8]].self) == [[], [0, 1]])
        #expect(try row.read(4, as: [Bool].self) == [true, false])
        #expect(try row.read(5, as: [Date?].self) == dates)
        #expect(try row.read(6, as: [String?].self) == ["x", nil])
        #expect(try row.read(7, as: [Int].self) == [])
        #expect(try row.read(8, as: [JSONText].self).map(\.text) == ["{}", "[1]"])
    }

    private static let place = Statement(
        "SELECT oid, ctid FROM pg_class WHERE relname = 'pg_class'")
    private static let standing = Statement(
        "SELECT oid FROM pg_class WHERE ctid = $1 AND ctid = ANY ($2)")

    @Test("a row is found where it stands")
    func tupleIDs() async throws {
        let database = try await Fixture().pool()
        let rows = try await database.read { tx in
            let row = try #require(try tx.query(Self.place).first)
            let place = try row.read(1, as: TupleID.self)
            #expect(TupleID(rawValue: place.rawValue) == place)
            let found = try tx.query(Self.standing, place, [place, nil])
            return try [row, #require(found.first)].map { try $0.read(0, as: Int.self) }
        }
        #expect(rows[0] == rows[1])
        #expect(TupleID(rawValue: 1 << 48) == nil)
    }

    private static let coerced = Statement(
        "SELECT $1::numeric::text, $2::date::text, $3::interval::text, $4::xid8")

    @Test("a string becomes whatever type the place needs")
    func stringsCoerce() async throws {
        let database = try await Fixture().pool()
        let row = try await database.transaction { tx in
            try #require(
                try tx.query(Self.coerced, "12.50", "2025-02-28", "90 minutes", "77").first)
        }
        #expect(try row.read(0, as: String.self) == "12.50")
        #expect(try row.read(1, as: String.self) == "2025-02-28")
        #expect(try row.read(2, as: String.self) == "01:30:00")
        #expect(try row.read(3, as: Int.self) == 77)
    }

    @Test("a NUL in text is refused before anything is sent")
    func nulInText() async throws {
        let database = try await Fixture().pool()
        let text = "a\u{0}b"
        #expect(
            await code { try await database.transaction { _ = try $0.query(Self.echo, text) } }
                == .invalidValue)
        #expect(
            await code { try await database.transaction { _ = try $0.query(Self.echoes, [text]) } }
                == .invalidValue)
    }

    private static let echo = Statement("SELECT $1::text")
    private static let echoes = Statement("SELECT $1::text[]")
    private static let mixed = Statement(
        "SELECT 1::numeric AS amount, 300::int4, 'infinity'::timestamptz")

    @Test("a column read as a type that it has not is an error that names the column")
    func wrongType() async throws {
        let database = try await Fixture().pool()
        let row = try await database.read { tx in try #require(try tx.query(Self.mixed).first) }
        let error = #expect(throws: PostgresError.self) { try row.read(0, as: Int.self) }
        #expect(error?.code == .invalidValue)
        #expect(error?.message.contains("(amount)") == true)
        #expect(try row.read(1, as: Int64.self) == 300)
        #expect(throws: PostgresError.self) { try row.read(1, as: String.self) }
        #expect(throws: PostgresError.self) { try row.read(2, as: Date.self) }
        #expect(throws: PostgresError.self) { try row.read(3, as: Int.self) }
    }

    private static let typed = Statement("SELECT $1")

    @Test("one statement may be used with parameters of different types")
    func differentTypes() async throws {
        let database = try await Fixture().pool(connections: 1)
        let answers = try await database.read { tx in
            let number = try tx.query(Self.typed, Int64(7)).first?.read(0, as: Int64.self)
            let flag = try tx.query(Self.typed, true).first?.read(0, as: Bool.self)
            let again = try tx.query(Self.typed, Int64(8)).first?.read(0, as: Int64.self)
            return (number, flag, again)
        }
        #expect(answers == (7, true, 8))
    }
}
