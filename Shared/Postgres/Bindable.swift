/// A value that can stand for a statement's parameter.
///
/// - `Int` and `Int64` are sent as `int8`. Postgres casts it when it assigns to a narrower column,
///   but a function that takes `int4` needs `$1::int`.
/// - `Int32`, `Int16`, `Bool`, `UUID`, `Date`, `[UInt8]`, `TupleID` are sent as `int4`, `int2`,
///   `bool`, `uuid`, `timestamptz`, `bytea`, `tid`.
/// - `String` and `JSONText` are sent as text of no type, which becomes what its place needs:
///   `text`, `jsonb`, `date`, `numeric`, an enum …
/// - Arrays of these, and of their optionals, are sent as `int8[]`, `text[]`, `jsonb[]` (of
///   `JSONText`) and so on, for `unnest($1::uuid[], …)`.
/// - `nil` is NULL of the wrapped type.
public protocol Bindable: Sendable {
    /// The type that the server is told when the statement is prepared.
    static var parameterType: ParameterType { get }

    /// Adds this value to the statement's parameters.
    ///
    /// Throws `PostgresError` `.invalidValue` for what Postgres cannot store.
    func bind(to parameters: inout Parameters) throws(PostgresError)
}

/// A parameter's type and wire format.
public struct ParameterType: Sendable, Hashable {
    let oid: UInt32
    let isBinary: Bool
}

/// A value with one binary form, which arrays are made of.
public protocol BindableScalar: Bindable, BindableElement {
    /// The type of an array's element.
    static var elementType: ElementType { get }

    /// Appends the binary form.
    func encode(into bytes: inout [UInt8]) throws(PostgresError)
}

/// The type of an array's element, and of the array.
public struct ElementType: Sendable, Hashable {
    let oid: UInt32
    let arrayOID: UInt32
}

/// What an array that is sent as one parameter may hold: scalars, their optionals, and `UInt8`,
/// whose array is a `bytea`.
public protocol BindableElement: Sendable {
    static var arrayType: ParameterType { get }

    /// Appends the array's binary form.
    static func encode(array: [Self], into bytes: inout [UInt8]) throws(PostgresError)
}

extension BindableScalar {
    public static var parameterType: ParameterType {
        ParameterType(oid: elementType.oid, isBinary: true)
    }

    public func bind(to parameters: inout Parameters) throws(PostgresError) {
        try parameters.append(Self.parameterType) { (bytes) throws(PostgresError) in
            try encode(into: &bytes)
        }
    }
}

extension Optional: Bindable where Wrapped: Bindable {
    public static var parameterType: ParameterType { Wrapped.parameterType }

    public func bind(to parameters: inout Parameters) throws(PostgresError) {
        switch self {
        case .some(let value): try value.bind(to: &parameters)
        case .none: parameters.appendNull(Wrapped.parameterType)
        }
    }
}

extension Array: Bindable where Element: BindableElement {
    public static var parameterType: ParameterType { Element.arrayType }

    public func bind(to parameters: inout Parameters) throws(PostgresError) {
        try parameters.append(Element.arrayType) { (bytes) throws(PostgresError) in
            try Element.encode(array: self, into: &bytes)
        }
    }
}
