/// The members of an object that somebody asks for.
struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: Members

    private var document: Document { members.document }

    var codingPath: [any CodingKey] { document.path(to: members.object) }
    var allKeys: [Key] { members.names.compactMap { Key(stringValue: $0) } }

    private func place(_ key: Key) throws -> Int {
        if let place = members.place(of: key.stringValue) { return place }
        // It may be there, misspelt, and whoever wrote that is told of what is there.
        try document.refuseUnknown(in: members.object) { name in
            Key(stringValue: name) != nil
        }
        throw DecodingError.keyNotFound(
            key, .init(codingPath: codingPath, debugDescription: "It is missing."))
    }

    /// The place of a member that is there and not null.
    private func present(_ key: Key) -> Int? {
        guard let place = members.place(of: key.stringValue), !document.isNull(at: place) else {
            return nil
        }
        return place
    }

    private func decoder(_ place: Int) -> ValueDecoder {
        ValueDecoder(document: document, place: place, type: Key.self)
    }

    func contains(_ key: Key) -> Bool { members.place(of: key.stringValue) != nil }

    // MARK: Members that must be there

    func decodeNil(forKey key: Key) throws -> Bool { document.isNull(at: try place(key)) }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try document.boolean(at: place(key))
    }
    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try document.string(at: place(key))
    }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try document.number(at: place(key))
    }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try document.number(at: place(key))
    }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
        try document.integer(at: place(key))
    }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 {
        try document.integer(at: place(key))
    }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 {
        try document.integer(at: place(key))
    }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 {
        try document.integer(at: place(key))
    }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 {
        try document.integer(at: place(key))
    }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt {
        try document.integer(at: place(key))
    }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 {
        try document.integer(at: place(key))
    }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 {
        try document.integer(at: place(key))
    }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 {
        try document.integer(at: place(key))
    }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
        try document.integer(at: place(key))
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try document.value(of: type, at: place(key))
    }

    // MARK: Members that may be missing

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try present(key).map { try document.boolean(at: $0) }
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try present(key).map { try document.string(at: $0) }
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try present(key).map { try document.number(at: $0) }
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        try present(key).map { try document.number(at: $0) }
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try present(key).map { try document.integer(at: $0) }
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        try present(key).map { try document.integer(at: $0) }
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        try present(key).map { try document.integer(at: $0) }
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        try present(key).map { try document.integer(at: $0) }
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        try present(key).map { try document.integer(at: $0) }
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        try present(key).map { try document.integer(at: $0) }
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        try present(key).map { try document.integer(at: $0) }
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        try present(key).map { try document.integer(at: $0) }
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        try present(key).map { try document.integer(at: $0) }
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        try present(key).map { try document.integer(at: $0) }
    }

    func decodeIfPresent<Value: Decodable>(
        _ type: Value.Type, forKey key: Key
    ) throws -> Value? {
        guard let place = present(key) else { return nil }
        return try document.value(of: type, at: place)
    }

    // MARK: Containers

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try decoder(place(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(place(key)).unkeyedContainer()
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(place(key)) }

    func superDecoder() throws -> any Decoder {
        guard let place = members.place(of: "super") else {
            throw document.corrupted("'super' is missing.", members.object)
        }
        return decoder(place)
    }
}
