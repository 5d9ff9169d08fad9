import FoundationEssentials

/// Turns what is `Encodable` into a `Value`.
final class ValueEncoder: Encoder {
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private var value: Value?
    /// Whether names are the program's, to be written in snake case, or data.
    private let convertsNames: Bool
    private let dates: DateWriter

    init(_ path: [any CodingKey] = [], _ dates: @escaping DateWriter, convertsNames: Bool = true) {
        codingPath = path
        self.dates = dates
        self.convertsNames = convertsNames
    }

    /// What any value comes to. Throws `EncodingError`.
    static func value(
        of value: some Encodable, at path: @autoclosure () -> [any CodingKey] = [],
        _ dates: @escaping DateWriter
    ) throws -> Value {
        if let date = value as? Date { return .string(dates(date)) }
        let encoder = ValueEncoder(
            path(), dates, convertsNames: !(value is any DictionaryOfNames))
        try value.encode(to: encoder)
        return encoder.result
    }

    /// What was encoded; a value that encodes nothing is an empty object.
    var result: Value { value ?? .container(Container(isObject: true)) }

    /// JSON has no other numbers. Throws `EncodingError`.
    static func value(of number: Double, at path: [any CodingKey]) throws -> Value {
        guard number.isFinite else {
            throw EncodingError.invalidValue(
                number, .init(codingPath: path, debugDescription: "\(number) is not a JSON number"))
        }
        return .number(number)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(
            KeyedContainer(
                container: container(isObject: true), codingPath: codingPath, dates: dates,
                convertsNames: convertsNames))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        UnkeyedContainer(
            container: container(isObject: false), codingPath: codingPath, dates: dates)
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
        self.value = try Self.value(of: value, at: codingPath, dates)
    }
}

/// A dictionary whose names are data and stay as they are.
private protocol DictionaryOfNames {}

extension Dictionary: DictionaryOfNames where Key == String {}
