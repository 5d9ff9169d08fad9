/// Hands a value of a document to whoever can be decoded from it.
///
/// Three words, so that `any Decoder` holds it without allocating.
struct ValueDecoder: Decoder {
    let document: Document
    let place: Int
    /// What is decoded: the names of a dictionary are data, all others are the program's.
    let type: any Any.Type

    var codingPath: [any CodingKey] { document.path(to: place) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(
        keyedBy key: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        guard document.nodes[place].kind == .object else {
            throw document.mismatch([String: Any].self, at: place)
        }
        let naming = type is any DictionaryOfNames.Type ? .same : document.naming
        return KeyedDecodingContainer(
            KeyedReader(members: Members(of: place, in: document, naming: naming)))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard document.nodes[place].kind == .array else {
            throw document.mismatch([Any].self, at: place)
        }
        return UnkeyedReader(document: document, array: place)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

extension ValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { document.isNull(at: place) }
    func decode(_ type: Bool.Type) throws -> Bool { try document.boolean(at: place) }
    func decode(_ type: String.Type) throws -> String { try document.string(at: place) }
    func decode(_ type: Double.Type) throws -> Double { try document.number(at: place) }
    func decode(_ type: Float.Type) throws -> Float { try document.number(at: place) }
    func decode(_ type: Int.Type) throws -> Int { try document.integer(at: place) }
    func decode(_ type: Int8.Type) throws -> Int8 { try document.integer(at: place) }
    func decode(_ type: Int16.Type) throws -> Int16 { try document.integer(at: place) }
    func decode(_ type: Int32.Type) throws -> Int32 { try document.integer(at: place) }
    func decode(_ type: Int64.Type) throws -> Int64 { try document.integer(at: place) }
    func decode(_ type: UInt.Type) throws -> UInt { try document.integer(at: place) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try document.integer(at: place) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try document.integer(at: place) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try document.integer(at: place) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try document.integer(at: place) }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try document.value(of: type, at: place)
    }
}
