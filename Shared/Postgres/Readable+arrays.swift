extension ReadableScalar {
    public static func read(array cell: Cell) throws(PostgresError) -> [Self] {
        try cell.elements { (element) throws(PostgresError) in try Self.read(from: element) }
    }
}

extension Optional: ReadableElement where Wrapped: ReadableScalar {
    public static func read(array cell: Cell) throws(PostgresError) -> [Wrapped?] {
        try cell.elements { (element) throws(PostgresError) in
            try Wrapped?.read(from: element)
        }
    }
}

extension UInt8: ReadableElement {
    /// A `bytea`, or the UTF-8 bytes of text and of JSON.
    public static func read(array cell: Cell) throws(PostgresError) -> [UInt8] {
        if cell.type == TypeOID.bytea { return [UInt8](try cell.nonNull()) }
        return [UInt8](try cell.text(as: [UInt8].self))
    }
}

/// So that a `bytea[]` is read as `[[UInt8]]`.
extension Array: ReadableScalar, ReadableElement where Element == UInt8 {}

extension Cell {
    /// Reads a one-dimensional array (`array_send` in Postgres).
    fileprivate func elements<Element>(
        _ read: (Cell) throws(PostgresError) -> Element
    ) throws(PostgresError) -> [Element] {
        var reader = ByteReader(try nonNull())
        let dimensions = try reader.next(Int32.self)
        _ = try reader.next(Int32.self)
        let elementType = try reader.next(UInt32.self)
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw mismatch([Element].self) }
        let count = Int(try reader.next(Int32.self))
        _ = try reader.next(Int32.self)
        // Each element takes four bytes at least, which bounds what is reserved.
        guard count >= 0, count <= reader.remaining / 4 else { throw mismatch([Element].self) }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count {
            let length = try reader.next(Int32.self)
            let bytes = length < 0 ? nil : try reader.next(bytes: Int(length))
            elements.append(try read(Cell(type: elementType, bytes: bytes)))
        }
        return elements
    }
}
