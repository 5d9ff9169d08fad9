import CPostgres

/// The rows that a query gave.
public struct Rows: Sendable, RandomAccessCollection {
    let result: ResultMemory

    public var startIndex: Int { 0 }
    public var endIndex: Int { result.rowCount }
    public subscript(index: Int) -> Row { Row(result: result, index: index) }

    /// The columns' names and types.
    public var columns: [PgOutput.Relation.Column] { result.columns }

    /// How many rows the statement returned or changed.
    public var affected: Int { result.affected }
}

/// One row of a result; its columns are read by position.
public struct Row: Sendable {
    let result: ResultMemory
    let index: Int

    /// The value of a column, counted from 0.
    ///
    /// Throws `.unexpectedNull` for NULL read as a type that is not Optional, and `.invalidValue`
    /// where the column is of another type (see `Readable`) or does not exist.
    public func read<Value: Readable>(
        _ column: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        do {
            return try Value.read(from: try result.cell(row: index, column: column))
        } catch {
            throw result.locate(error, column: column)
        }
    }
}

extension Row {
    /// A column's binary form, where it lies in the result's memory; `nil` for NULL.
    ///
    /// For loops over many rows that hand the bytes on: they are valid while the `Rows` are that
    /// the row is one of. Throws `.invalidValue` where there is no such column.
    public func bytes(_ column: Int) throws(PostgresError) -> UnsafeRawBufferPointer? {
        try result.cell(row: index, column: column).bytes
    }
}

/// Owns the memory of one libpq result.
///
/// `@unchecked Sendable`: libpq never changes a result once it is made, and its readers touch
/// nothing else, so that several threads may read it.
final class ResultMemory: @unchecked Sendable {
    let pointer: OpaquePointer
    let rowCount: Int
    private let columnCount: Int

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
        columnCount = Int(PQnfields(pointer))
    }

    deinit { PQclear(pointer) }

    var columns: [PgOutput.Relation.Column] {
        (0..<Int32(columnCount)).map { index in
            PgOutput.Relation.Column(
                name: PQfname(pointer, index).map { String(cString: $0) } ?? "",
                type: PQftype(pointer, index))
        }
    }

    var affected: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

    func cell(row: Int, column: Int) throws(PostgresError) -> Cell {
        guard row >= 0, row < rowCount, column >= 0, column < columnCount else {
            throw PostgresError(
                .invalidValue,
                "no row \(row), column \(column): there are \(rowCount) × \(columnCount)")
        }
        let (row, column) = (Int32(row), Int32(column))
        let type = PQftype(pointer, column)
        guard PQgetisnull(pointer, row, column) == 0 else { return Cell(type: type, bytes: nil) }
        let length = Int(PQgetlength(pointer, row, column))
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(pointer, row, column), count: length)
        return Cell(type: type, bytes: bytes)
    }

    /// The same error, saying which column it is about.
    func locate(_ error: PostgresError, column: Int) -> PostgresError {
        var error = error
        let name = PQfname(pointer, Int32(clamping: column)).map { " (\(String(cString: $0)))" }
        error.message = "column \(column)\(name ?? ""): \(error.message)"
        return error
    }
}
