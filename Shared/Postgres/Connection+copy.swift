import CPostgres
import Glibc

/// One row that `COPY … TO STDOUT` sent, in the binary form of its columns' types.
///
/// It lies in libpq's memory: valid only during the call that it was handed to.
public struct CopiedRow {
    /// How many columns it has.
    public let count: Int
    private let columns: UnsafeRawBufferPointer

    /// `nil` for the end of the rows. Throws `.malformedMessage`.
    init?(_ reader: inout ByteReader) throws(PostgresError) {
        let count = Int(try reader.next(Int16.self))
        if count == -1 { return nil }
        guard count >= 0 else {
            throw PostgresError(.malformedMessage, "a copied row of \(count) columns")
        }
        self.count = count
        columns = reader.rest
    }

    /// Calls `body` with each column's place and bytes, `nil` for NULL, without allocating.
    ///
    /// Throws `.malformedMessage`, and what `body` throws.
    public func forEach(
        _ body: (Int, UnsafeRawBufferPointer?) throws -> Void
    ) throws {
        var reader = ByteReader(columns)
        for index in 0..<count {
            let length = Int(try reader.next(Int32.self))
            try body(index, length == -1 ? nil : try reader.next(bytes: length))
        }
        guard reader.remaining == 0 else {
            throw PostgresError(
                .malformedMessage, "\(reader.remaining) bytes after the end of a copied row")
        }
    }
}

extension Connection {
    /// "PGCOPY\n", 0xFF, "\r\n", 0; flags; and the length of what may come in later versions.
    /// (https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4)
    private static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 13, 10, 0]

    /// Hands each row of a query to `body` as the server sends it, and gives their number.
    ///
    /// The server goes on while `body` works, and waits for it when the socket is full: however
    /// many rows there are, a handful is in memory. `select` has no parameters. `whileWaiting` is
    /// called about every tenth of a second that no row comes.
    ///
    /// Throws what the server says, `.connectionLost`, `.malformedMessage`, and what the closures
    /// throw: in their case the connection is of no more use.
    public func copy(
        _ select: String, whileWaiting: () throws -> Void = {},
        _ body: (CopiedRow) throws -> Void
    ) throws -> Int {
        let sql = "COPY (\(select)) TO STDOUT (FORMAT binary)"
        try begin(sql, whileWaiting)
        var count = 0
        var isFirst = true
        while let buffer = try nextBuffer(sql, whileWaiting) {
            defer { PQfreemem(UnsafeMutableRawPointer(mutating: buffer.baseAddress)) }
            var reader = ByteReader(buffer)
            if isFirst { try skipSignature(&reader) }
            isFirst = false
            // The signature comes with the first row, or alone.
            guard reader.remaining > 0, let row = try CopiedRow(&reader) else { continue }
            try body(row)
            count += 1
        }
        return count
    }

    /// The server says that it copies only when it sends the first rows, which may be long after.
    private func begin(_ sql: String, _ whileWaiting: () throws -> Void) throws {
        guard PQsendQuery(link.pointer, sql) == 1 else {
            throw PostgresError(.connectionLost, link.message, sql: sql)
        }
        while PQisBusy(link.pointer) == 1 { try wait(sql, whileWaiting) }
        guard let result = PQgetResult(link.pointer) else {
            throw PostgresError(.connectionLost, link.message, sql: sql)
        }
        let memory = ResultMemory(result)
        guard PQresultStatus(memory.pointer) == PGRES_COPY_OUT else {
            finish()
            throw PostgresError(result: memory.pointer, sql: sql)
        }
    }

    private func wait(_ sql: String, _ whileWaiting: () throws -> Void) throws {
        if link.wait(for: Int16(POLLIN), milliseconds: 100) == 0 { try whileWaiting() }
        guard PQconsumeInput(link.pointer) == 1 else {
            throw PostgresError(.connectionLost, link.message, sql: sql)
        }
    }

    /// Until there is no result left, the connection takes no other command.
    private func finish() {
        while let result = PQgetResult(link.pointer) { PQclear(result) }
    }

    /// What the caller frees; `nil` at the end, once the server has said that all went well.
    private func nextBuffer(
        _ sql: String, _ whileWaiting: () throws -> Void
    ) throws -> UnsafeRawBufferPointer? {
        var buffer: UnsafeMutablePointer<CChar>?
        while true {
            let length = PQgetCopyData(link.pointer, &buffer, 1)
            if length > 0 { return UnsafeRawBufferPointer(start: buffer, count: Int(length)) }
            if length < 0 {
                defer { finish() }
                _ = try finished(PQgetResult(link.pointer), sql)
                return nil
            }
            try wait(sql, whileWaiting)
        }
    }

    private func skipSignature(_ reader: inout ByteReader) throws(PostgresError) {
        let signature = try reader.next(bytes: Self.signature.count)
        guard signature.elementsEqual(Self.signature) else {
            throw PostgresError(.malformedMessage, "a copy begins with an unknown signature")
        }
        _ = try reader.next(Int32.self)
        _ = try reader.next(bytes: Int(try reader.next(Int32.self)))
    }
}
