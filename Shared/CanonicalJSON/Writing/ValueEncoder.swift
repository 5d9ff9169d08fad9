import FoundationEssentials

/// Turns what is `Encodable` into a `Value`.
final class ValueEncoder: Encoder {
    var userInfo: [CodingUserInfoKey: Any] { [:] }
    let dates: DateWriter
    private var value: Value?
    /// What is encoded: the names of a dictionary are data, all others are the program's.
    private let type: any Any.Type
    /// Where it stands in the whole, which is put together only for an error.
    private let parent: ValueEncoder?
    private let key: (any CodingKey)?

    init(
        of type: any Any.Type, in parent: ValueEncoder?, at key: (any CodingKey)?,
        _ dates: @escaping DateWriter
    ) {
        self.type = type
        self.parent = parent
        self.key = key
        self.dates = dates
    }

    /// What any value comes to. Throws `EncodingError`.
    static func value<Encoded: Encodable>(
        of value: Encoded, in parent: ValueEncoder? = nil, at key: (any CodingKey)? = nil,
        _ dates: @escaping DateWriter
    ) throws -> Value {
        if Encoded.self == Date.self, let date = value as? Date { return .string(dates(date)) }
        if Encoded.self == [String: String].self, let pairs = value as? [String: String] {
            return Self.value(of: pairs)
        }
        let encoder = ValueEncoder(of: Encoded.self, in: parent, at: key, dates)
        try value.encode(to: encoder)
        return encoder.result
    }

    /// What a dictionary would encode by itself, at many times the cost.
    private static func value(of pairs: [String: String]) -> Value {
        let container = Container(isObject: true)
        container.members = pairs.map { (key: $0.key, value: .string($0.value)) }
        return .container(container)
    }

    /// For a part that is filled by somebody else, or later. Its path begins with it: it is kept in
    /// what this one has encoded, and would keep this one in turn.
    func nested(at key: (any CodingKey)?) -> ValueEncoder {
        ValueEncoder(of: type, in: nil, at: key, dates)
    }

    var codingPath: [any CodingKey] {
        let path = parent?.codingPath ?? []
        return key.map { path + [$0] } ?? path
    }

    /// What was encoded; a value that encodes nothing is an empty object.
    var result: Value { value ?? .container(Container(isObject: true)) }

    /// JSON has no other numbers. Throws `EncodingError`.
    static func value(
        of number: Double, at path: @autoclosure () -> [any CodingKey]
    ) throws -> Value {
        guard number.isFinite else {
            throw EncodingError.invalidValue(
                number,
                .init(codingPath: path(), debugDescription: "\(number) is not a JSON number"))
        }
        return .number(number)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(
            KeyedContainer(
                container: container(isObject: true), encoder: self,
                convertsNames: !(self.type is any DictionaryOfNames.Type)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        UnkeyedContainer(container: container(isObject: false), encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    /// The one that is there already, if the value asks for it again.
    private func container(isObject: Bool) -> Container {
        if case .container(let known) = value, known.isObject == isObject { return known }
        let container = Container(isObject: isObject)
        value = .container(container)
        return container
    }
}

extension ValueEncoder: SingleValueEncodingContainer {
    func encodeNil() { value = .null }
    func encode(_ value: Bool) { self.value = .boolean(value) }
    func encode(_ value: String) { self.value = .string(value) }
    func encode(_ value: Double) throws { self.value = try Self.value(of: value, at: codingPath) }
    func encode(_ value: Float) throws { try encode(Double(value)) }
    func encode(_ value: Int) { self.value = .integer(Int64(value)) }
    func encode(_ value: Int8) { self.value = .integer(Int64(value)) }
    func encode(_ value: Int16) { self.value = .integer(Int64(value)) }
    func encode(_ value: Int32) { self.value = .integer(Int64(value)) }
    func encode(_ value: Int64) { self.value = .integer(value) }
    func encode(_ value: UInt) { self.value = .unsigned(UInt64(value)) }
    func encode(_ value: UInt8) { self.value = .unsigned(UInt64(value)) }
    func encode(_ value: UInt16) { self.value = .unsigned(UInt64(value)) }
    func encode(_ value: UInt32) { self.value = .unsigned(UInt64(value)) }
    func encode(_ value: UInt64) { self.value = .unsigned(value) }

    func encode(_ value: some Encodable) throws {
        self.value = try Self.value(of: value, in: self, dates)
    }
}
