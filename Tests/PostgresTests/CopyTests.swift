import Postgres
import TestSupport
import Testing

@Suite("Copied rows", .tags(.database))
struct CopyTests {
    @Test("come in order, whole, with NULL as nothing")
    func rows() async throws {
        let connection = try Connection(url: try await Fixture().url)
        var texts: [String?] = []
        var numbers: [Int32] = []
        let select = """
            SELECT n::int4, CASE WHEN n % 3 = 0 THEN NULL ELSE repeat('ä', n) END
            FROM generate_series(1, 5000) AS n ORDER BY n
            """
        let count = try connection.copy(select) { row in
            #expect(row.count == 2)
            try row.forEach { column, bytes in
                if column == 1 {
                    texts.append(bytes.map { String(decoding: $0, as: UTF8.self) })
                } else if let bytes {
                    numbers.append(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
                }
            }
        }
        #expect(count == 5000)
        #expect(numbers == Array(1...5000))
        let expected = (1...5000).map { $0 % 3 == 0 ? nil : String(repeating: "ä", count: $0) }
        #expect(texts == expected)
    }

    @Test("may be none, and the connection goes on")
    func none() async throws {
        let connection = try Connection(url: try await Fixture().url)
        let count = try connection.copy("SELECT 1 WHERE false") { _ in Issue.record("a row") }
        #expect(count == 0)
        #expect(try connection.query("SELECT 7")[0].read(0, as: Int32.self) == 7)
    }

    @Test("end with the server's error, and the connection goes on")
    func failure() async throws {
        let connection = try Connection(url: try await Fixture().url)
        var count = 0
        let error = #expect(throws: PostgresError.self) {
            _ = try connection.copy("SELECT 1 / (3000 - n) FROM generate_series(1, 9000) AS n") {
                _ in count += 1
            }
        }
        #expect(error?.message.contains("division by zero") == true)
        #expect(count > 1000 && count < 3000)
        #expect(throws: PostgresError.self) { _ = try connection.copy("SELECT nothing") { _ in } }
        #expect(try connection.query("SELECT 7")[0].read(0, as: Int32.self) == 7)
    }

    @Test("that are long in coming leave time for something else, which may end it")
    func waiting() async throws {
        struct Enough: Error {}
        let url = try await Fixture().url
        var waits = 0
        let connection = try Connection(url: url)
        _ = try connection.copy("SELECT pg_sleep(0.5)", whileWaiting: { waits += 1 }) { _ in }
        #expect(waits >= 2)
        #expect(throws: Enough.self) {
            let connection = try Connection(url: url)
            _ = try connection.copy("SELECT pg_sleep(600)", whileWaiting: { throw Enough() }) {
                _ in
            }
        }
    }
}
