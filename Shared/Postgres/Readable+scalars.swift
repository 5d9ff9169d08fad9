public import FoundationEssentials

extension Bool: ReadableScalar {
    public static func read(from cell: Cell) throws(PostgresError) -> Bool {
        let bytes = try cell.nonNull()
        guard cell.type == TypeOID.bool, bytes.count == 1 else { throw cell.mismatch(Bool.self) }
        return bytes[0] != 0
    }
}

extension Int64: ReadableScalar {
    public static func read(from cell: Cell) throws(PostgresError) -> Int64 {
        try cell.integer(as: Int64.self)
    }
}

extension Int: ReadableScalar {
    public static func read(from cell: Cell) throws(PostgresError) -> Int {
        try cell.integer(as: Int.self)
    }
}

extension Int32: ReadableScalar {
    public static func read(from cell: Cell) throws(PostgresError) -> Int32 {
        try cell.integer(as: Int32.self)
    }
}

extension Int16: ReadableScalar {
    public static func read(from cell: Cell) throws(PostgresError) -> Int16 {
        try cell.integer(as: Int16.self)
    }
}

extension UUID: ReadableScalar {
    public static func read(from cell: Cell) throws(PostgresError) -> UUID {
        let bytes = try cell.nonNull()
        guard cell.type == TypeOID.uuid, bytes.count == 16 else { throw cell.mismatch(UUID.self) }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}

extension Date: ReadableScalar {
    public static func read(from cell: Cell) throws(PostgresError) -> Date {
        let bytes = try cell.nonNull()
        guard cell.type == TypeOID.timestamptz || cell.type == TypeOID.timestamp,
            bytes.count == 8,
            let date = PostgresTime.date(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        else { throw cell.mismatch(Date.self) }
        return date
    }
}

extension String: ReadableScalar {
    public static func read(from cell: Cell) throws(PostgresError) -> String {
        String(decoding: try cell.text(as: String.self), as: UTF8.self)
    }
}

extension JSONText: ReadableScalar {
    public static func read(from cell: Cell) throws(PostgresError) -> JSONText {
        JSONText(try cell.text(as: JSONText.self))
    }
}

extension LSN: ReadableScalar {
    public static func read(from cell: Cell) throws(PostgresError) -> LSN {
        let bytes = try cell.nonNull()
        guard cell.type == TypeOID.pgLSN, bytes.count == 8 else { throw cell.mismatch(LSN.self) }
        return LSN(rawValue: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
    }
}

extension Cell {
    /// An integer of any width, if it fits.
    fileprivate func integer<Value: FixedWidthInteger>(
        as wanted: Value.Type
    ) throws(PostgresError) -> Value {
        let bytes = try nonNull()
        let value: Value? =
            switch (type, bytes.count) {
            case (TypeOID.int8, 8):
                Value(exactly: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
            case (TypeOID.int4, 4):
                Value(exactly: Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            case (TypeOID.int2, 2):
                Value(exactly: Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
            case (TypeOID.oid, 4):
                Value(exactly: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
            case (TypeOID.xid8, 8):
                Value(exactly: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
            default:
                nil
            }
        guard let value else { throw mismatch(wanted) }
        return value
    }

    /// The UTF-8 bytes of text and of JSON.
    func text(as wanted: Any.Type) throws(PostgresError) -> UnsafeRawBufferPointer {
        let bytes = try nonNull()
        switch type {
        case TypeOID.text, TypeOID.varchar, TypeOID.bpchar, TypeOID.name, TypeOID.char,
            TypeOID.json, TypeOID.unknown:
            return bytes
        case TypeOID.jsonb where bytes.first == 1:
            return UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        case TypeOID.firstUserDefined...:
            return bytes
        default:
            throw mismatch(wanted)
        }
    }
}
