/// The members of an object.
struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    /// Members among which a name is looked for one by one; beyond it, by their hash: what a
    /// stranger sends may have a hundred thousand, and be asked for each.
    private static var fewMembers: Int { 32 }

    let document: Document
    private let object: Int
    private let convertsNames: Bool
    /// Where the members of a large object are, by the program's names for them.
    private let index: [String: Int]?

    init(document: Document, object: Int, convertsNames: Bool) {
        self.document = document
        self.object = object
        self.convertsNames = convertsNames
        guard document.nodes[object].length > Self.fewMembers else {
            index = nil
            return
        }
        let names = document.names(of: object, inCamelCase: convertsNames)
        index = Dictionary(names) { first, _ in first }
    }

    var codingPath: [any CodingKey] { document.path(to: object) }

    var allKeys: [Key] {
        document.names(of: object, inCamelCase: convertsNames).compactMap { name, _ in
            Key(stringValue: name)
        }
    }

    // MARK: Where a member is

    private func find(_ name: String) -> Int? {
        var name = name
        if let index { return index[name] }
        return name.withUTF8 { document.member(of: object, $0, convertsNames: convertsNames) }
    }

    private func place(_ key: Key) throws -> Int {
        guard let place = find(key.stringValue) else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: codingPath, debugDescription: "It is missing."))
        }
        return place
    }

    /// The place of a member that is there and not null.
    private func present(_ key: Key) -> Int? {
        find(key.stringValue).flatMap { document.isNull(at: $0) ? nil : $0 }
    }

    private func decoder(_ place: Int) -> ValueDecoder {
        ValueDecoder(document: document, place: place, type: Key.self)
    }

    func contains(_ key: Key) -> Bool { find(key.stringValue) != nil }

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
        try document.value(at: place(key))
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
        return try document.value(at: place)
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
        guard let place = find("super") else {
            throw document.corrupted("'super' is missing.", object)
        }
        return decoder(place)
    }
}

extension Document {
    /// The members of an object, each as its name and the place of its value.
    fileprivate func names(
        of object: Int, inCamelCase: Bool
    ) -> [(name: String, place: Int)] {
        var names: [(name: String, place: Int)] = []
        names.reserveCapacity(Int(nodes[object].length))
        withText { text in
            var name = object + 1
            while name < nodes[object].end {
                names.append((text.name(nodes[name], inCamelCase: inCamelCase), name + 1))
                name = Int(nodes[name + 1].end)
            }
        }
        return names
    }

    /// Where the member of a name is: of two, the first.
    fileprivate func member(of object: Int, _ wanted: Text, convertsNames: Bool) -> Int? {
        withText { text in
            let end = Int(nodes[object].end)
            var name = object + 1
            while name < end {
                if text.isName(nodes[name], wanted, converted: convertsNames) { return name + 1 }
                name = Int(nodes[name + 1].end)
            }
            return nil
        }
    }
}
