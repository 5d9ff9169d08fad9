/// The members of an object that is being encoded.
struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let container: Container
    let encoder: ValueEncoder
    let convertsNames: Bool

    var codingPath: [any CodingKey] { encoder.codingPath }

    private func set(_ value: Value, _ key: Key) {
        let name = key.stringValue
        container.members.append((convertsNames ? SnakeCase.name(name) : name, value))
    }

    func encodeNil(forKey key: Key) { set(.null, key) }
    func encode(_ value: Bool, forKey key: Key) { set(.boolean(value), key) }
    func encode(_ value: String, forKey key: Key) { set(.string(value), key) }
    func encode(_ value: Float, forKey key: Key) throws { try encode(Double(value), forKey: key) }
    func encode(_ value: Int, forKey key: Key) { set(.integer(Int64(value)), key) }
    func encode(_ value: Int8, forKey key: Key) { set(.integer(Int64(value)), key) }
    func encode(_ value: Int16, forKey key: Key) { set(.integer(Int64(value)), key) }
    func encode(_ value: Int32, forKey key: Key) { set(.integer(Int64(value)), key) }
    func encode(_ value: Int64, forKey key: Key) { set(.integer(value), key) }
    func encode(_ value: UInt, forKey key: Key) { set(.unsigned(UInt64(value)), key) }
    func encode(_ value: UInt8, forKey key: Key) { set(.unsigned(UInt64(value)), key) }
    func encode(_ value: UInt16, forKey key: Key) { set(.unsigned(UInt64(value)), key) }
    func encode(_ value: UInt32, forKey key: Key) { set(.unsigned(UInt64(value)), key) }
    func encode(_ value: UInt64, forKey key: Key) { set(.unsigned(value), key) }

    func encode(_ value: Double, forKey key: Key) throws {
        set(try ValueEncoder.value(of: value, at: codingPath + [key]), key)
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        set(try ValueEncoder.value(of: value, in: encoder, at: key, encoder.dates), key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        nested(key).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        nested(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        let nested = encoder.nested(at: nil)
        container.members.append(("super", .deferred(nested)))
        return nested
    }

    func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

    private func nested(_ key: Key) -> ValueEncoder {
        let nested = encoder.nested(at: key)
        set(.deferred(nested), key)
        return nested
    }
}

/// The elements of an array that is being encoded.
struct UnkeyedContainer: UnkeyedEncodingContainer {
    let container: Container
    let encoder: ValueEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { container.elements.count }

    private func add(_ value: Value) { container.elements.append(value) }

    func encodeNil() { add(.null) }
    func encode(_ value: Bool) { add(.boolean(value)) }
    func encode(_ value: String) { add(.string(value)) }
    func encode(_ value: Double) throws { add(try ValueEncoder.value(of: value, at: codingPath)) }
    func encode(_ value: Float) throws { try encode(Double(value)) }
    func encode(_ value: Int) { add(.integer(Int64(value))) }
    func encode(_ value: Int8) { add(.integer(Int64(value))) }
    func encode(_ value: Int16) { add(.integer(Int64(value))) }
    func encode(_ value: Int32) { add(.integer(Int64(value))) }
    func encode(_ value: Int64) { add(.integer(value)) }
    func encode(_ value: UInt) { add(.unsigned(UInt64(value))) }
    func encode(_ value: UInt8) { add(.unsigned(UInt64(value))) }
    func encode(_ value: UInt16) { add(.unsigned(UInt64(value))) }
    func encode(_ value: UInt32) { add(.unsigned(UInt64(value))) }
    func encode(_ value: UInt64) { add(.unsigned(value)) }

    func encode(_ value: some Encodable) throws {
        add(try ValueEncoder.value(of: value, in: encoder, encoder.dates))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        nested().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }

    func superEncoder() -> any Encoder { nested() }

    private func nested() -> ValueEncoder {
        let nested = encoder.nested(at: nil)
        add(.deferred(nested))
        return nested
    }
}
